# Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# fovea_add_network(TARGET net.cnn[:network]
#   [WEIGHTS FILE|random[:SEED]] [PARAMS NAME=VALUE…] [TARGETS LEVEL…] [BATCH SIZE…] [EMBED] [SHARED])
#
# Makes TARGET a library with the compiled network: what links it finds TARGET.h, whose functions are TARGET_create and so
# on, and whatever else a program needs.
# The network is compiled as a part of the build, and again when its text, a text it imports, its weights or the
# compiler change.
#   WEIGHTS  a checkpoint, which a rule of this folder may make; a network without weights needs none
#   PARAMS   values of the network's parameters
#   TARGETS  CPUs to compile for, the best of which is chosen at run time (default: the CPU that compiles)
#   BATCH    sizes that an instance can be created for (default: the network's own)
#   EMBED    the weights become a part of the library; without it they are in the file that the target's property
#            FOVEA_WEIGHTS names
#   SHARED   a shared library instead of a static one

cmake_policy(PUSH)
cmake_policy(VERSION 3.20...3.25)

# Sets `variable` to the absolute path of a file that stands in the folder that CMake is working on, or is made there.
function(_fovea_find_file variable file what)
  get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_property(is_made SOURCE "${path}" PROPERTY GENERATED)
  if(NOT is_made AND (NOT EXISTS "${path}" OR IS_DIRECTORY "${path}"))
    message(FATAL_ERROR "fovea_add_network: there is no ${what} ${path}")
  endif()
  set(${variable} "${path}" PARENT_SCOPE)
endfunction()

function(fovea_add_network target network)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "EMBED;SHARED" "WEIGHTS" "PARAMS;TARGETS;BATCH")
  if(DEFINED ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "fovea_add_network: what is ${ARG_UNPARSED_ARGUMENTS}?")
  endif()
  if(DEFINED ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "fovea_add_network: nothing follows ${ARG_KEYWORDS_MISSING_VALUES}")
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT ARG_TARGETS)
    message(FATAL_ERROR "fovea_add_network: compiling for another machine needs TARGETS")
  endif()

  string(REGEX MATCH "^(.*\\.cnn)(:[A-Za-z_0-9]+)?$" matched "${network}")
  if(NOT matched)
    message(FATAL_ERROR "fovea_add_network: expected net.cnn or net.cnn:network, got '${network}'")
  endif()
  set(name "${CMAKE_MATCH_2}")
  _fovea_find_file(source "${CMAKE_MATCH_1}" "network")

  set(prefix "${CMAKE_CURRENT_BINARY_DIR}/${target}.fovea/${target}")
  set(command "${FOVEA_EXECUTABLE}" compile "${source}${name}" -o "${prefix}" "--name=${target}"
      "--depfile=${prefix}.d")
  set(depends "${FOVEA_EXECUTABLE}" "${source}")
  if(ARG_WEIGHTS MATCHES "^random(:[0-9]+)?$")
    list(APPEND command "--weights=${ARG_WEIGHTS}")
  elseif(ARG_WEIGHTS)
    _fovea_find_file(weights "${ARG_WEIGHTS}" "file of weights")
    list(APPEND command "--weights=${weights}")
    list(APPEND depends "${weights}")
  endif()
  set(options --param --target --batch)
  set(lists PARAMS TARGETS BATCH)
  foreach(option list IN ZIP_LISTS options lists)
    if(ARG_${list})
      string(JOIN "," values ${ARG_${list}})
      list(APPEND command "${option}=${values}")
    endif()
  endforeach()
  if(ARG_EMBED)
    list(APPEND command --embed-weights)
  endif()
  set(kind STATIC)
  set(libraries "${prefix}.a")
  set(needs Fovea::Fovea Threads::Threads m)
  if(ARG_SHARED)
    list(APPEND command --shared)
    set(kind SHARED)
    list(APPEND libraries "${prefix}.so")
    set(needs Fovea::Fovea)
  endif()
  list(GET libraries -1 library)
  set(files ${libraries} "${prefix}.h") # The depfile is of the first.
  set(touch)
  if(ARG_WEIGHTS AND NOT ARG_EMBED)
    # What a rule lists must be there, or the rule runs in each build: a network without weights writes no file of them.
    list(APPEND files "${prefix}.weights")
    set(touch COMMAND "${CMAKE_COMMAND}" -E touch "${prefix}.weights")
  endif()

  get_filename_component(folder "${prefix}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(OUTPUT ${files} COMMAND ${command} ${touch} DEPENDS ${depends} DEPFILE "${prefix}.d"
                     COMMENT "Compiling the network ${target}" VERBATIM)
  add_custom_target(${target}.compile DEPENDS ${files})
  set_property(DIRECTORY APPEND PROPERTY ADDITIONAL_CLEAN_FILES "${folder}")
  add_library(${target} ${kind} IMPORTED GLOBAL)
  add_dependencies(${target} ${target}.compile)
  set_target_properties(${target} PROPERTIES
    IMPORTED_LOCATION "${library}"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_INCLUDE_DIRECTORIES "${folder}"
    INTERFACE_LINK_LIBRARIES "${needs}"
    FOVEA_WEIGHTS "${prefix}.weights")
endfunction()

cmake_policy(POP)
