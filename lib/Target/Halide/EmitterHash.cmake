# Writes OUTPUT, which defines the hash of the SOURCES (a list separated by commas): kernels compiled by another
# version of the emitter are never taken from the cache.
string(REPLACE "," ";" sources "${SOURCES}")
set(digests "")
foreach(source ${sources})
  file(SHA256 ${source} digest)
  string(APPEND digests ${digest})
endforeach()
string(SHA256 digest "${digests}")
string(SUBSTRING ${digest} 0 16 digest)
file(WRITE ${OUTPUT} "static constexpr const char *emitterHash = \"${digest}\";\n")
