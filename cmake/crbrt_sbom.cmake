# SPDX-License-Identifier: Apache-2.0
# Bills of materials in SPDX 2.3 (JSON), of the runtime and of everything, from the tables of docs/third-party.md, which is the one
# list of what others wrote; installed beside it. Versions are those of the Debian packages of this machine, or the table's where
# there is no dpkg. SOURCE_DATE_EPOCH makes the time stamp reproducible.
find_program(CRBRT_DPKG_QUERY dpkg-query DOC "Versions of Debian packages, for the bills of materials")
mark_as_advanced(CRBRT_DPKG_QUERY)

# An element of a JSON array.
function(crbrt_json_append json path value)
  string(JSON n LENGTH "${${json}}" ${path})
  string(JSON text SET "${${json}}" ${path} ${n} "${value}")
  set(${json} "${text}" PARENT_SCOPE)
endfunction()

# Sets `version` and `purl` of the first Debian package that a row names and this machine has.
function(crbrt_debian_version row)
  string(REGEX MATCHALL "`[a-z0-9.+-]+`" packages "${row}")
  foreach(package IN LISTS packages)
    string(REPLACE "`" "" package ${package})
    if(CRBRT_DPKG_QUERY)
      execute_process(COMMAND ${CRBRT_DPKG_QUERY} -W -f "\${Version}" ${package}
        OUTPUT_VARIABLE found RESULT_VARIABLE outcome ERROR_QUIET)
      if(outcome EQUAL 0 AND found)
        string(REPLACE ":" "%3A" escaped ${found})
        set(version ${found} PARENT_SCOPE)
        set(purl "pkg:deb/debian/${package}@${escaped}" PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
endfunction()

# Adds the package of one row of a table "| library | version | licence | where |" to the document in the variable `sbom`.
function(crbrt_sbom_row sbom row)
  string(REGEX MATCH "^\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]*)" matched "${row}")
  set(library "${CMAKE_MATCH_1}")
  set(version "${CMAKE_MATCH_2}")
  set(licence "${CMAKE_MATCH_3}")
  set(where "${CMAKE_MATCH_4}")
  set(purl "")
  crbrt_debian_version("${library}")
  string(REGEX REPLACE " *[(,].*" "" name "${library}")
  string(MAKE_C_IDENTIFIER "${name}" id)
  string(REPLACE "_" "-" id "SPDXRef-${id}")
  string(REGEX REPLACE "[`\"\\\\]" "" where "${where}")
  set(refs "[]")
  if(purl)
    set(refs "[{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", \"referenceLocator\": \"${purl}\"}]")
  endif()
  crbrt_json_append(${sbom} packages "{\"SPDXID\": \"${id}\", \"name\": \"${name}\", \"versionInfo\": \"${version}\",
    \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"${licence}\",
    \"licenseDeclared\": \"${licence}\", \"copyrightText\": \"NOASSERTION\", \"comment\": \"${where}\", \"externalRefs\": ${refs}}")
  crbrt_json_append(${sbom} relationships "{\"spdxElementId\": \"SPDXRef-crbrt\", \"relationshipType\": \"DEPENDS_ON\",
    \"relatedSpdxElement\": \"${id}\"}")
  set(${sbom} "${${sbom}}" PARENT_SCOPE)
endfunction()

# crbrt_sbom(FILE NAME ROW...): writes a document that describes crbrt and depends on the packages of the rows.
function(crbrt_sbom file name)
  string(SHA256 content "${PROJECT_VERSION};${ARGN}")
  string(SUBSTRING ${content} 0 16 content)
  string(TIMESTAMP created "%Y-%m-%dT%H:%M:%SZ" UTC)
  set(document "{\"spdxVersion\": \"SPDX-2.3\", \"dataLicense\": \"CC0-1.0\", \"SPDXID\": \"SPDXRef-DOCUMENT\", \"name\": \"${name}\",
    \"documentNamespace\": \"https://spdx.org/spdxdocs/${name}-${PROJECT_VERSION}-${content}\",
    \"creationInfo\": {\"created\": \"${created}\", \"creators\": [\"Tool: crbrt-cmake-${PROJECT_VERSION}\"]},
    \"documentDescribes\": [\"SPDXRef-crbrt\"],
    \"packages\": [{\"SPDXID\": \"SPDXRef-crbrt\", \"name\": \"${name}\", \"versionInfo\": \"${PROJECT_VERSION}\",
      \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"Apache-2.0\",
      \"licenseDeclared\": \"Apache-2.0\", \"copyrightText\": \"NOASSERTION\"}],
    \"hasExtractedLicensingInfos\": [], \"relationships\": [{\"spdxElementId\": \"SPDXRef-DOCUMENT\",
      \"relationshipType\": \"DESCRIBES\", \"relatedSpdxElement\": \"SPDXRef-crbrt\"}]}")
  foreach(row IN LISTS ARGN)
    crbrt_sbom_row(document "${row}")
  endforeach()
  foreach(licence IN ITEMS public-domain SunPro DCMTK-older)
    if(document MATCHES "LicenseRef-${licence}")
      crbrt_json_append(document hasExtractedLicensingInfos "{\"licenseId\": \"LicenseRef-${licence}\", \"name\": \"${licence}\",
        \"extractedText\": \"In the words of the package: /usr/share/doc/PACKAGE/copyright of Debian, under ${licence}\"}")
    endif()
  endforeach()
  file(WRITE ${file} "${document}\n")
endfunction()

set(crbrt_third_party ${PROJECT_SOURCE_DIR}/docs/third-party.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${crbrt_third_party})
file(READ ${crbrt_third_party} crbrt_third_party_text)
string(REPLACE ";" "," crbrt_third_party_text "${crbrt_third_party_text}")
# Rows of a section; "| --- |" and the heading are none.
function(crbrt_third_party_rows heading rows)
  string(REGEX REPLACE ".*\n## ${heading}\n" "" section "${crbrt_third_party_text}")
  string(REGEX REPLACE "\n## .*" "" section "${section}")
  string(REPLACE "\n" ";" lines "${section}")
  list(FILTER lines INCLUDE REGEX "^\\| [A-Za-z]")
  list(FILTER lines EXCLUDE REGEX "^\\| library ")
  if(NOT lines)
    message(FATAL_ERROR "${crbrt_third_party}: expected a table below '## ${heading}', found none")
  endif()
  set(${rows} "${lines}" PARENT_SCOPE)
endfunction()
crbrt_third_party_rows("The runtime" crbrt_runtime_rows)
crbrt_third_party_rows("The programs, the Python module" crbrt_program_rows)
crbrt_third_party_rows("The page for browsers" crbrt_page_rows)
crbrt_sbom(${PROJECT_BINARY_DIR}/sbom/crbrt-runtime.spdx.json crbrt-runtime ${crbrt_runtime_rows})
crbrt_sbom(${PROJECT_BINARY_DIR}/sbom/crbrt.spdx.json crbrt ${crbrt_runtime_rows} ${crbrt_program_rows} ${crbrt_page_rows})
install(FILES ${PROJECT_BINARY_DIR}/sbom/crbrt-runtime.spdx.json ${PROJECT_BINARY_DIR}/sbom/crbrt.spdx.json
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
