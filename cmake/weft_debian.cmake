# SPDX-License-Identifier: MIT
# Debian packages by CPack, one for each install component: libweft0.9 and libweft-dev for
# weft::weft, libweft-<component>0.9 and libweft-<component>-dev for each other component, and weft
# for the program. Without BUILD_SHARED_LIBS the -dev packages contain the libraries.

# Sets `out` to the Debian packages that cmake/find/<package>.cmake names in its message.
function(weft_debian_packages_of package out)
    file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/find/${package}.cmake line REGEX "^    PACKAGES ")
    string(REGEX MATCHALL "[a-z][a-z0-9.+-]*-dev|pkg-config" names "${line}")
    set(separator ", ")
    if(line MATCHES "Debian.*Debian") # one for each release
        set(separator " | ")
    endif()
    list(JOIN names "${separator}" names)
    set(${out} "${names}" PARENT_SCOPE)
endfunction()

# Declares the package `name` with the files of an install component.
function(weft_debian_package component name section description depends)
    string(TOUPPER ${component} upper)
    foreach(setting "PACKAGE_NAME;${name}" "FILE_NAME;DEB-DEFAULT" "PACKAGE_SECTION;${section}"
            "PACKAGE_DEPENDS;${depends}" "PACKAGE_SHLIBDEPS;ON" "DESCRIPTION;${description}")
        list(POP_FRONT setting key)
        set(CPACK_DEBIAN_${upper}_${key} "${setting}" PARENT_SCOPE)
    endforeach()
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
endfunction()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME weft)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_VENDOR "The Weft authors")
set(CPACK_PACKAGE_CONTACT "The Weft authors <weft@localhost>" CACHE STRING
    "The maintainer that packages name")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_documents.cmake)
set(CPACK_COMPONENTS_ALL "")

file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")

set(about "Weft is a WebSocket library in C++20, for servers and clients in any event\nloop.")
set(interface ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(exactly "(= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
get_property(weft_optional GLOBAL PROPERTY weft_optional)
set(of_program "")
foreach(name weft ${weft_optional})
    weft_read_description(${name})
    string(REPLACE "_" "-" stem "libweft-${name}")
    string(REPLACE "libweft-weft" "libweft" stem ${stem})
    set(of_development "")
    set(of_libraries "")
    if(NOT name STREQUAL weft)
        set(of_development "libweft-dev ${exactly}")
        set(of_libraries "libweft${interface} ${exactly}")
    endif()
    foreach(left IN LISTS OF_DEPENDS)
        if(left IN_LIST weft_optional)
            string(REPLACE "_" "-" left "libweft-${left}")
            list(APPEND of_development "${left}-dev ${exactly}")
            list(APPEND of_libraries "${left}${interface} ${exactly}")
        endif()
    endforeach()
    if(OF_PACKAGE)
        weft_debian_packages_of(${OF_PACKAGE} needed)
        list(APPEND of_development ${needed})
    endif()
    set(kind INTERFACE_LIBRARY)
    if(name STREQUAL weft)
        get_target_property(kind weft_core TYPE)
    else()
        get_target_property(kind weft_${name} TYPE)
    endif()
    if(kind STREQUAL SHARED_LIBRARY)
        list(JOIN of_libraries ", " of_libraries)
        list(APPEND of_development "${stem}${interface} ${exactly}")
        if(NOT name MATCHES "^(c|websocketpp)$") # which the program does not use
            list(APPEND of_program "${stem}${interface} ${exactly}")
        endif()
        weft_debian_package(${OF_INSTALLED_WITH}_libraries ${stem}${interface} libs
            "WebSocket library: ${description}\n${about} This package has the shared library."
            "${of_libraries}")
        string(TOUPPER CPACK_DEBIAN_${OF_INSTALLED_WITH}_libraries_PACKAGE_CONTROL_EXTRA setting)
        set(${setting} ${PROJECT_BINARY_DIR}/debian/triggers)
    endif()
    list(JOIN of_development ", " of_development)
    string(CONCAT text "WebSocket library: ${description} (development files)\n${about} "
        "This package has the headers, and what\nCMake and pkg-config need.")
    weft_debian_package(${OF_INSTALLED_WITH}_development ${stem}-dev libdevel "${text}"
        "${of_development}")
endforeach()
if(TARGET weft_tool)
    list(JOIN of_program ", " of_program)
    string(CONCAT text "WebSocket server, client and benchmark for the command line\n${about} "
        "This package has its program, with a\nmanual page and completion for shells.")
    weft_debian_package(weft_program weft net "${text}" "${of_program}")
endif()

include(CPack)
