# SPDX-License-Identifier: MIT
# What a host is: include/weft/hosts/<name>.hpp and src/hosts/<name>.cpp, or the header alone; a
# target of its own that alone links the host's library. Where that is missing the rest builds.

# Declares host `name`, if cmake/find/<package>.cmake finds the imported target of its library:
#   weft_host(name PACKAGE package LIBRARY imported_target [PKG_CONFIG "module >= version"]
#       [SHARES headers of include/weft/hosts that several hosts have...])
# Target: weft_<name> (alias weft::<name>); also a component of the installed package. The switch:
# WEFT_WITH_<NAME>.
function(weft_host name)
    cmake_parse_arguments(HOST "" "PACKAGE;LIBRARY;PKG_CONFIG" "SHARES" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY weft_hosts_known ${name})
    weft_component(${name} ${HOST_PACKAGE} built)
    if(NOT built)
        return()
    endif()

    set(target weft_${name})
    foreach(header ${name}.hpp ${HOST_SHARES})
        weft_include_root(${name} public weft/hosts/${header}
            ${PROJECT_SOURCE_DIR}/include/weft/hosts/${header})
    endforeach()
    set(source ${PROJECT_SOURCE_DIR}/src/hosts/${name}.cpp)
    if(EXISTS ${source})
        set(kind PUBLIC)
        add_library(${target} ${source})
        weft_set_warnings(${target})
        weft_set_version(${target})
    else()
        set(kind INTERFACE)
        add_library(${target} INTERFACE)
    endif()
    add_library(weft::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_include_directories(${target} ${kind}
        $<BUILD_INTERFACE:${weft_layer_roots}/${name}/public>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} ${kind} weft_loop ${HOST_LIBRARY})
    set_property(GLOBAL APPEND PROPERTY weft_hosts ${name})
    set_property(GLOBAL APPEND PROPERTY weft_optional ${name})
    foreach(header IN LISTS HOST_SHARES)
        set_property(GLOBAL APPEND PROPERTY weft_shared_headers weft/hosts/${header})
    endforeach()
    weft_describe(${name} "an event loop inside that of ${HOST_PACKAGE}" DEPENDS loop
        LIBRARY ${HOST_LIBRARY} PACKAGE ${HOST_PACKAGE} PKG_CONFIG ${HOST_PKG_CONFIG}
        HEADERS weft/hosts/${name}.hpp)
endfunction()

# Those of `sources` that can be built: a file <host>_*.cpp needs its host, <host>_and_<host>_*.cpp
# both, <asio stream>_*.cpp those streams. In a program that has such files; the hosts themselves
# are then in `libraries`.
function(weft_with_hosts sources_name libraries_name)
    get_property(known GLOBAL PROPERTY weft_hosts_known)
    set(left ${${sources_name}})
    set(linked "")
    foreach(host IN LISTS known)
        if(TARGET weft_${host})
            list(APPEND linked weft::${host})
        else()
            list(FILTER left EXCLUDE REGEX "/([a-z_]+_and_)?${host}_[a-z_]+\\.c(pp)?$")
        endif()
    endforeach()
    get_property(streams GLOBAL PROPERTY weft_asio_streams_known)
    foreach(stream IN LISTS streams)
        if(NOT TARGET weft_${stream})
            list(FILTER left EXCLUDE REGEX "/${stream}_[a-z_]+\\.cpp$")
        endif()
    endforeach()
    set(${sources_name} ${left} PARENT_SCOPE)
    set(${libraries_name} ${linked} PARENT_SCOPE)
endfunction()
