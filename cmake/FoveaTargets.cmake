# How a Fovea library, tool and dialect is declared. Warnings are errors in our own code; headers of
# dependencies are system headers.

add_library(FoveaOptions INTERFACE)
target_include_directories(FoveaOptions INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR})
# Generated headers are not ours to keep free of warnings.
target_include_directories(FoveaOptions SYSTEM INTERFACE ${CMAKE_BINARY_DIR})
target_compile_options(FoveaOptions INTERFACE -Wall -Wextra -Werror)
if(FOVEA_SANITIZE)
  # GCC 12 sees uninitialised values in LLVM's headers (JSON.h) when they are instrumented. LLVM's headers take the
  # undefined macro to say that LLVM itself is instrumented: they would poison memory of allocators that the library
  # then writes to.
  target_compile_options(FoveaOptions INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr
                         -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-maybe-uninitialized
                         -U__SANITIZE_ADDRESS__)
  target_link_options(FoveaOptions INTERFACE -fsanitize=address,undefined)
endif()
if(FOVEA_FUZZ)
  target_compile_options(FoveaOptions INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr,function
                         -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-error
                         -include ${CMAKE_SOURCE_DIR}/test/Fuzzers/UninstrumentedLlvm.h)
  # Everything includes one of LLVM's headers so, even what does not link LLVM.
  target_include_directories(FoveaOptions SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
  target_link_options(FoveaOptions INTERFACE -fsanitize=address,undefined)
endif()

# LLVM's Support and friends, and MLIR: the two dylibs, never the static MLIRxxx targets.
add_library(FoveaLLVM INTERFACE)
target_include_directories(FoveaLLVM SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
separate_arguments(definitions UNIX_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(FoveaLLVM INTERFACE ${definitions})
target_link_libraries(FoveaLLVM INTERFACE LLVM)
add_library(FoveaMLIR INTERFACE)
target_include_directories(FoveaMLIR SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS})
target_link_libraries(FoveaMLIR INTERFACE MLIR FoveaLLVM)

# One precompiled header serves every library that includes MLIR.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/empty.cpp CONTENT "")
add_library(FoveaMlirPch OBJECT ${CMAKE_BINARY_DIR}/pch/empty.cpp)
target_link_libraries(FoveaMlirPch PRIVATE FoveaOptions FoveaMLIR)
target_precompile_headers(FoveaMlirPch PRIVATE
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinAttributes.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/SideEffectInterfaces.h>
  <mlir/Pass/Pass.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>)

# fovea_library(NAME [MLIR] SOURCES … [LINK …]): a static library of the folder it stands in.
function(fovea_library name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC FoveaOptions ${ARG_LINK})
  if(ARG_MLIR)
    target_link_libraries(${name} PUBLIC FoveaMLIR)
    target_precompile_headers(${name} REUSE_FROM FoveaMlirPch)
    add_dependencies(${name} FoveaMlirPch)
  endif()
endfunction()

# fovea_tool(NAME [MLIR] SOURCES … [LINK …]): a program in bin/, installed.
function(fovea_tool name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE FoveaOptions ${ARG_LINK})
  if(ARG_MLIR)
    target_link_libraries(${name} PRIVATE FoveaMLIR)
    target_precompile_headers(${name} REUSE_FROM FoveaMlirPch)
    target_compile_options(${name} PRIVATE -fPIC) # As the precompiled header; CMake gives programs -fPIE.
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# fovea_dialect(Cnn cnn): runs mlir-tblgen over IR/CnnDialect.td, CnnAttrs.td and CnnOps.td of the folder
# it is called in; the generated files land in the same place below the build folder.
function(fovea_dialect prefix namespace)
  set(LLVM_TARGET_DEFINITIONS IR/${prefix}Ops.td)
  set(inc EXTRA_INCLUDES ${MLIR_INCLUDE_DIRS} ${CMAKE_SOURCE_DIR})
  mlir_tablegen(IR/${prefix}Dialect.h.inc -gen-dialect-decls -dialect=${namespace} ${inc})
  mlir_tablegen(IR/${prefix}Dialect.cpp.inc -gen-dialect-defs -dialect=${namespace} ${inc})
  mlir_tablegen(IR/${prefix}Ops.h.inc -gen-op-decls ${inc})
  mlir_tablegen(IR/${prefix}Ops.cpp.inc -gen-op-defs ${inc})
  mlir_tablegen(IR/${prefix}Attrs.h.inc -gen-attrdef-decls -attrdefs-dialect=${namespace} ${inc})
  mlir_tablegen(IR/${prefix}Attrs.cpp.inc -gen-attrdef-defs -attrdefs-dialect=${namespace} ${inc})
  mlir_tablegen(IR/${prefix}Enums.h.inc -gen-enum-decls ${inc})
  mlir_tablegen(IR/${prefix}Enums.cpp.inc -gen-enum-defs ${inc})
  set(LLVM_TARGET_DEFINITIONS Transforms/Passes.td)
  mlir_tablegen(Transforms/Passes.h.inc -gen-pass-decls -name ${prefix} ${inc})
  add_public_tablegen_target(${prefix}IncGen)
endfunction()

# fovea_unittest(NAME [MLIR] SOURCES … [LINK …]): a GoogleTest program, run by ctest.
function(fovea_unittest name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE FoveaOptions ${ARG_LINK} GTest::gtest GTest::gtest_main)
  if(ARG_MLIR)
    target_link_libraries(${name} PRIVATE FoveaMLIR)
    target_precompile_headers(${name} REUSE_FROM FoveaMlirPch)
    target_compile_options(${name} PRIVATE -fPIC) # As the precompiled header; CMake gives programs -fPIE.
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  add_test(NAME ${name} COMMAND ${name})
  if(FOVEA_SANITIZE) # Halide's own stack, left by an exception, keeps the sanitizer's marks.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT HL_COMPILER_STACK_SIZE=0)
  endif()
endfunction()
