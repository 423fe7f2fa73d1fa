# A prefix that can be moved: bin/ finds lib/fovea/libHalide.so (and share/fovea/nn) beside itself, find_package(Fovea)
# all of it. LLVM's and MLIR's libraries stay where Debian puts them.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/fovea" "${LLVM_LIBRARY_DIR}")
install(FILES "$<TARGET_FILE:Halide::Halide>" DESTINATION lib/fovea RENAME libHalide.so
        PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/fovea)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/tools/python/ DESTINATION share/fovea/python FILES_MATCHING PATTERN "*.py"
        PATTERN __pycache__ EXCLUDE)

# Headers that programs include: in one folder here, too.
foreach(header lib/Target/Driver/runtime/fovea.h include/fovea.hpp)
  get_filename_component(name ${header} NAME)
  configure_file(${CMAKE_SOURCE_DIR}/${header} ${CMAKE_BINARY_DIR}/include/${name} COPYONLY)
  install(FILES ${CMAKE_SOURCE_DIR}/${header} DESTINATION include)
endforeach()

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/FoveaConfigVersion.cmake COMPATIBILITY SameMinorVersion)

# FoveaConfig.cmake of the installed prefix…
set(config ${CMAKE_SOURCE_DIR}/cmake/FoveaConfig.cmake.in)
set(FOVEA_CONFIG_EXECUTABLE bin/fovea)
set(FOVEA_CONFIG_NETWORKS share/fovea/nn)
set(FOVEA_CONFIG_INCLUDE include)
set(FOVEA_CONFIG_CMAKE lib/cmake/Fovea)
set(paths FOVEA_CONFIG_EXECUTABLE FOVEA_CONFIG_NETWORKS FOVEA_CONFIG_INCLUDE FOVEA_CONFIG_CMAKE)
configure_package_config_file(${config} ${CMAKE_BINARY_DIR}/installed/FoveaConfig.cmake
                              INSTALL_DESTINATION lib/cmake/Fovea PATH_VARS ${paths})
install(FILES ${CMAKE_BINARY_DIR}/installed/FoveaConfig.cmake ${CMAKE_BINARY_DIR}/FoveaConfigVersion.cmake
              ${CMAKE_SOURCE_DIR}/cmake/FoveaAddNetwork.cmake DESTINATION lib/cmake/Fovea)

# … and of this build: find_package(Fovea) with Fovea_DIR=build/release.
set(FOVEA_CONFIG_EXECUTABLE ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/fovea)
set(FOVEA_CONFIG_NETWORKS ${CMAKE_SOURCE_DIR}/nn)
set(FOVEA_CONFIG_INCLUDE ${CMAKE_BINARY_DIR}/include)
set(FOVEA_CONFIG_CMAKE ${CMAKE_SOURCE_DIR}/cmake)
configure_package_config_file(${config} ${CMAKE_BINARY_DIR}/FoveaConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_BINARY_DIR} INSTALL_PREFIX ${CMAKE_BINARY_DIR}
                              PATH_VARS ${paths})
