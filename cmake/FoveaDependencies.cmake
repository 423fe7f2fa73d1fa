# Everything Fovea is built with: LLVM/MLIR 22 from Debian, the Halide 21 wheel, zlib, PNG, JPEG, GoogleTest.

find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
set(MLIR_TABLEGEN_EXE ${LLVM_TOOLS_BINARY_DIR}/mlir-tblgen)
include(TableGen)
include(AddLLVM)
include(AddMLIR)

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need these sloppiness flags, or nothing is ever found in the cache; the base folder lets
  # another clone find it, too.
  set(launcher ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

set(HALIDE_ROOT "" CACHE PATH "The folder of the Halide wheel that holds include/ and lib64/")
if(NOT HALIDE_ROOT)
  set(HALIDE_ROOT ${CMAKE_SOURCE_DIR}/build/deps/halide/halide)
endif()
if(NOT EXISTS ${HALIDE_ROOT}/include/Halide.h)
  message(FATAL_ERROR "No Halide in ${HALIDE_ROOT}: run tools/dev/build-deps.sh, or set HALIDE_ROOT")
endif()
add_library(Halide::Halide SHARED IMPORTED)
set_target_properties(Halide::Halide PROPERTIES
  IMPORTED_LOCATION "${HALIDE_ROOT}/lib64/libHalide.so"
  IMPORTED_SONAME libHalide.so
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${HALIDE_ROOT}/include"
  INTERFACE_INCLUDE_DIRECTORIES "${HALIDE_ROOT}/include"
  INTERFACE_COMPILE_DEFINITIONS "HALIDE_ENABLE_RTTI;HALIDE_WITH_EXCEPTIONS;WITH_SERIALIZATION"
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS}")
