# A prefix that can be moved: bin/ finds lib/fovea/libHalide.so (and share/fovea/nn) beside itself. LLVM's and MLIR's
# libraries stay where Debian puts them.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/fovea" "${LLVM_LIBRARY_DIR}")
install(FILES "$<TARGET_FILE:Halide::Halide>" DESTINATION lib/fovea RENAME libHalide.so
        PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/fovea)
