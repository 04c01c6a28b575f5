# SPDX-License-Identifier: MIT
# What carries connections over Asio's streams: the headers of include/weft/asio with one Asio, as a
# target and a component of the installed package; left out where that Asio is not.

# Declares it if the library was found:
#   weft_asio_stream(name PACKAGE package LIBRARY imported_target)
# Target: weft_<name> (alias weft::<name>).
function(weft_asio_stream name)
    cmake_parse_arguments(ASIO "" "PACKAGE;LIBRARY" "" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY weft_asio_streams_known ${name})
    weft_component(${name} ${ASIO_PACKAGE} built)
    if(NOT built)
        return()
    endif()
    set(target weft_${name})
    weft_include_root(${name} public weft/asio ${PROJECT_SOURCE_DIR}/include/weft/asio)
    add_library(${target} INTERFACE)
    add_library(weft::${name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    target_include_directories(${target} INTERFACE
        $<BUILD_INTERFACE:${weft_layer_roots}/${name}/public>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} INTERFACE weft_connection ${ASIO_LIBRARY} Threads::Threads)
    set_property(GLOBAL APPEND PROPERTY weft_asio_streams ${name})
    set_property(GLOBAL APPEND PROPERTY weft_optional ${name})
    set_property(GLOBAL APPEND PROPERTY weft_shared_headers weft/asio)
    weft_describe(${name} "connections over the streams of ${ASIO_PACKAGE}" DEPENDS connection
        LIBRARY ${ASIO_LIBRARY} PACKAGE ${ASIO_PACKAGE} THREADS)
endfunction()

# Links a program whose name begins with such a target's.
function(weft_link_asio_stream_of target name)
    get_property(streams GLOBAL PROPERTY weft_asio_streams)
    foreach(stream IN LISTS streams)
        if(name MATCHES "^${stream}_")
            target_link_libraries(${target} PRIVATE weft::${stream})
        endif()
    endforeach()
endfunction()
