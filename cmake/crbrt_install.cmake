# SPDX-License-Identifier: Apache-2.0
# Install and export. Every part is a component and an export set of its own, so that an embedder of the runtime alone
# needs no FlatBuffers, and cross builds can take the code generator from elsewhere. Included last: uses what was built.
#   runtime    headers, libcrbrt_runtime.a, crbrt::format and crbrt::runtime, crbrt.pc, crbrt_add_model() for any generator
#   loader     loader.hpp, libcrbrt_loader.a, crbrt::loader, crbrt-loader.pc, the sources of crbrt_map.mex
#   codegen    crbrt-codegen
#   programs   the other command-line programs
#   models     shipped models, protocol and priors
include(CMakePackageConfigHelpers)

set(crbrt_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/crbrt)
set(crbrt_internal_dir ${CMAKE_INSTALL_INCLUDEDIR}/crbrt/internal)
set(crbrt_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# An install tree may be moved: .pc files find their prefix from where they lie.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(crbrt_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH crbrt_pc_up /prefix/${crbrt_pkgconfig_dir} /prefix)
  set(crbrt_pc_prefix "\${pcfiledir}/${crbrt_pc_up}")
  string(REGEX REPLACE "/$" "" crbrt_pc_prefix ${crbrt_pc_prefix})
endif()

# crbrt_install_part(COMPONENT TARGETS target... [HEADERS folder]): libraries or programs, their headers, their export set.
function(crbrt_install_part component)
  cmake_parse_arguments(arg "" "HEADERS" "TARGETS" ${ARGN})
  foreach(target IN LISTS arg_TARGETS)
    string(REGEX REPLACE "^crbrt[_-]" "" exported ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${exported})
  endforeach()
  install(TARGETS ${arg_TARGETS} EXPORT crbrt_${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  if(arg_HEADERS)
    install(DIRECTORY ${arg_HEADERS}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT ${component}
      FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp" PATTERN "*.inc")
  endif()
  install(EXPORT crbrt_${component} NAMESPACE crbrt:: DESTINATION ${crbrt_package_dir} COMPONENT ${component}
    FILE crbrt-${component}.cmake)
endfunction()

function(crbrt_install_pkgconfig component name)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${crbrt_pkgconfig_dir} COMPONENT ${component})
endfunction()

crbrt_install_part(runtime TARGETS crbrt_format crbrt_runtime HEADERS ${PROJECT_SOURCE_DIR}/runtime/include)
crbrt_install_pkgconfig(runtime crbrt)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/crbrtConfig.cmake.in ${PROJECT_BINARY_DIR}/crbrtConfig.cmake
  INSTALL_DESTINATION ${crbrt_package_dir} PATH_VARS crbrt_internal_dir NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/crbrtConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/crbrtConfig.cmake ${PROJECT_BINARY_DIR}/crbrtConfigVersion.cmake
  DESTINATION ${crbrt_package_dir} COMPONENT runtime)

# With the runtime and not with the generator: a runtime for another machine has no generator that could run here, and its user
# brings that of the machine that builds (CRBRT_CODEGEN).
install(FILES ${PROJECT_SOURCE_DIR}/cmake/crbrt_add_model.cmake ${PROJECT_SOURCE_DIR}/cmake/crbrt_kernels.cmake
  DESTINATION ${crbrt_package_dir} COMPONENT runtime)
# For crbrt_add_model(... SPECIALISED); nobody includes them by hand.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/src DESTINATION ${crbrt_internal_dir}/runtime COMPONENT runtime
  FILES_MATCHING PATTERN "*.h" PATTERN "*.inc")

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/docs/third-party.md DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT runtime)

# crbrt_install_pages(PROGRAM COMPONENT): its man page and its completions, which the program itself writes. Programs of another
# machine cannot be run, so cross builds have none.
function(crbrt_install_pages program component)
  if(CMAKE_CROSSCOMPILING)
    return()
  endif()
  set(pages ${PROJECT_BINARY_DIR}/pages)
  set(man ${pages}/${program}.1)
  set(bash ${pages}/bash/${program})
  set(zsh ${pages}/zsh/_${program})
  set(fish ${pages}/fish/${program}.fish)
  add_custom_command(OUTPUT ${man} ${bash} ${zsh} ${fish}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}/bash ${pages}/zsh ${pages}/fish
    COMMAND ${program} --generate man > ${man}
    COMMAND ${program} --generate bash > ${bash}
    COMMAND ${program} --generate zsh > ${zsh}
    COMMAND ${program} --generate fish > ${fish}
    DEPENDS ${program} COMMENT "Man page and completions of ${program}")
  add_custom_target(${program}-pages ALL DEPENDS ${man} ${bash} ${zsh} ${fish})
  install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
  install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT ${component})
  install(FILES ${fish} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${component})
endfunction()

if(TARGET crbrt_loader)
  crbrt_install_part(loader TARGETS crbrt_loader HEADERS ${PROJECT_SOURCE_DIR}/runtime/loader/include)
  set(crbrt_pc_loader_needs " -lmd")
  if(BUILD_SHARED_LIBS)
    set(crbrt_pc_loader_needs "")
  endif()
  crbrt_install_pkgconfig(loader crbrt-loader)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.c ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.m
    DESTINATION ${CMAKE_INSTALL_DATADIR}/crbrt/octave COMPONENT loader)
endif()

if(TARGET crbrt-codegen)
  crbrt_install_part(codegen TARGETS crbrt-codegen)
endif()

if(CRBRT_PROGRAMS)
  foreach(program IN ITEMS simulate map bids fit eval report model phantom design compare mrd train make)
    if(TARGET crbrt-${program})
      install(TARGETS crbrt-${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
      crbrt_install_pages(crbrt-${program} programs)
    endif()
  endforeach()
  crbrt_install_pages(crbrt-codegen codegen)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/models DESTINATION ${CMAKE_INSTALL_DATADIR}/crbrt COMPONENT models
    FILES_MATCHING PATTERN "*.crbm" PATTERN "*.json" PATTERN "*.csv" PATTERN "README.md" PATTERN "golden" EXCLUDE)
endif()
