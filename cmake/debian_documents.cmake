# SPDX-License-Identifier: MIT
# Run by CPack on the files of each Debian package: adds the copyright and the changelog that every
# package has, and compresses manual pages, as Debian's policy says.

set(source ${CMAKE_CURRENT_LIST_DIR}/..)
find_program(GZIP gzip REQUIRED)
file(READ ${source}/LICENSE license)
string(REGEX MATCH "Copyright [^\n]*" copyright "${license}")
string(REPLACE "Copyright (c) " "" copyright "${copyright}")
string(REGEX REPLACE "^.*Copyright[^\n]*\n\n" "" license "${license}")
string(REGEX REPLACE "\n+$" "" license "${license}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n" "\n " license "${license}")

file(GLOB components ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/weft_*)
foreach(staged IN LISTS components)
    get_filename_component(component ${staged} NAME)
    string(TOUPPER ${component} upper)
    set(name ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
    set(documents ${staged}${CPACK_PACKAGING_INSTALL_PREFIX}/share/doc/${name})
    file(WRITE ${documents}/copyright
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: weft

Files: *
Copyright: ${copyright}
License: Expat
 ${license}
")
    string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
    file(WRITE ${documents}/changelog.Debian
        "weft (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}; its changes are in CHANGELOG.md of the sources.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
    file(GLOB manuals ${staged}${CPACK_PACKAGING_INSTALL_PREFIX}/share/man/man*/*.[1-9])
    foreach(file ${documents}/changelog.Debian ${manuals})
        execute_process(COMMAND ${GZIP} -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
    endforeach()
    file(CHMOD_RECURSE ${documents} FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
        DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
        WORLD_READ WORLD_EXECUTE)
endforeach()
