# SPDX-License-Identifier: MIT
# What a layer is: a library with an include root of its own, so that only headers along the
# declared link edges can be found and a wrong include fails to build.

include(CheckLinkerFlag)

# Declares layer `name` from include/weft/<name> and src/<name>:
#   weft_layer(name "what it is" [DEPENDS layer...] [LIBRARIES imported target...]
#       [PACKAGE package] [PKG_CONFIG "module >= version"]
#       [HEADERS name...] [INCLUDE folder] [RUNTIME])
# PACKAGE is the file of cmake/find that looks for the library. HEADERS are headers of include/ that
# are not in the layer's folder. INCLUDE names a folder of include/ whose headers users find without
# "weft/". RUNTIME is for a layer whose users are not written in C++: its .pc file names the runtime
# library of C++.
# Targets: weft_<name> (alias weft::<name>), and weft_<name>_private, which shows the private
# headers of this layer and of those it depends on to its own sources and to its unit tests.
function(weft_layer name description)
    cmake_parse_arguments(LAYER "RUNTIME" "PACKAGE;PKG_CONFIG;INCLUDE" "DEPENDS;LIBRARIES;HEADERS"
        ${ARGN})
    set(target weft_${name})
    weft_layer_sources(${name} sources)
    weft_include_root(${name} public weft/${name} ${PROJECT_SOURCE_DIR}/include/weft/${name})
    weft_include_root(${name} private ${name} ${PROJECT_SOURCE_DIR}/src/${name})

    add_library(${target} ${sources})
    add_library(weft::${name} ALIAS ${target})
    add_library(${target}_private INTERFACE)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} UNITY_BUILD ${WEFT_UNITY})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC
        $<BUILD_INTERFACE:${weft_layer_roots}/${name}/public>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    if(LAYER_INCLUDE)
        target_include_directories(${target} PUBLIC
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include/${LAYER_INCLUDE}>
            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/${LAYER_INCLUDE}>)
    endif()
    target_include_directories(${target}_private INTERFACE ${weft_layer_roots}/${name}/private)
    foreach(left IN LISTS LAYER_DEPENDS)
        target_link_libraries(${target} PUBLIC weft_${left})
        target_link_libraries(${target}_private INTERFACE weft_${left}_private)
    endforeach()
    target_link_libraries(${target}
        PUBLIC ${LAYER_LIBRARIES}
        PRIVATE $<BUILD_INTERFACE:${target}_private>)
    weft_set_warnings(${target})
    weft_let_linker_drop(${target})
    if(WEFT_FUZZ) # what guides libFuzzer: the branches of the layers, and of nothing else
        target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
    weft_set_version(${target})
    set_property(GLOBAL APPEND PROPERTY weft_layers ${name})
    set(library ${LAYER_LIBRARIES})
    list(REMOVE_ITEM library Threads::Threads)
    set(threads "")
    if(NOT "${library}" STREQUAL "${LAYER_LIBRARIES}")
        set(threads THREADS)
    endif()
    if(LAYER_RUNTIME)
        list(APPEND threads RUNTIME)
    endif()
    get_property(umbrella GLOBAL PROPERTY weft_own_layers)
    if(umbrella) # declared after weft_umbrella()
        set_property(GLOBAL APPEND PROPERTY weft_optional ${name})
    endif()
    weft_describe(${name} "${description}" DEPENDS ${LAYER_DEPENDS} LIBRARY ${library}
        PACKAGE ${LAYER_PACKAGE} PKG_CONFIG ${LAYER_PKG_CONFIG}
        HEADERS weft/${name} ${LAYER_INCLUDE} ${LAYER_HEADERS} INCLUDE ${LAYER_INCLUDE} ${threads})
endfunction()

# Gives each function and each variable of `target` a section of its own. If the linker can do so,
# programs that link `target` as a static library leave out the sections that they do not use.
function(weft_let_linker_drop target)
    if(MSVC)
        return()
    endif()
    set(unless_debug $<NOT:$<CONFIG:Debug>>)
    target_compile_options(${target} PRIVATE
        "$<${unless_debug}:-ffunction-sections;-fdata-sections>")
    check_linker_flag(CXX -Wl,--gc-sections WEFT_LINKER_DROPS_SECTIONS)
    get_target_property(kind ${target} TYPE)
    if(WEFT_LINKER_DROPS_SECTIONS AND kind STREQUAL STATIC_LIBRARY)
        target_link_options(${target} INTERFACE $<${unless_debug}:-Wl,--gc-sections>)
    endif()
endfunction()

# Shared libraries (BUILD_SHARED_LIBS) find each other in the folder where they were installed, also
# if it is moved. Before version 1.0 each minor version is an interface of its own.
function(weft_set_version target)
    set_target_properties(${target} PROPERTIES
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
        DEFINE_SYMBOL "") # so that ccache can reuse what was compiled for static libraries
    weft_hide_symbols(${target})
    if(NOT DEFINED CMAKE_INSTALL_RPATH AND NOT APPLE)
        set_target_properties(${target} PROPERTIES
            INSTALL_RPATH "$ORIGIN"
            INSTALL_RPATH_USE_LINK_PATH ON) # libraries of others that lie in places of their own
    endif()
endfunction()

# Declares weft::weft: every layer declared so far and the umbrella header.
function(weft_umbrella)
    weft_include_root(weft public weft/weft.hpp ${PROJECT_SOURCE_DIR}/include/weft/weft.hpp)
    add_library(weft_all INTERFACE)
    add_library(weft::weft ALIAS weft_all)
    set_target_properties(weft_all PROPERTIES EXPORT_NAME weft)
    target_include_directories(weft_all INTERFACE
        $<BUILD_INTERFACE:${weft_layer_roots}/weft/public>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    get_property(layers GLOBAL PROPERTY weft_layers)
    set_property(GLOBAL PROPERTY weft_own_layers ${layers})
    list(TRANSFORM layers PREPEND weft_)
    target_link_libraries(weft_all INTERFACE ${layers})
    list(TRANSFORM layers REPLACE "^weft_" "")
    weft_describe(weft "all layers that need no other library" DEPENDS ${layers})
endfunction()

set(weft_layer_roots ${PROJECT_BINARY_DIR}/layers)

# Makes <build>/layers/<layer>/<kind>/<path> show what is in `source`, which need not exist yet.
function(weft_include_root layer kind path source)
    set(link ${weft_layer_roots}/${layer}/${kind}/${path})
    get_filename_component(folder ${link} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(CREATE_LINK ${source} ${link} SYMBOLIC)
endfunction()

# A library needs a source: a layer that is headers only gets one without content.
function(weft_layer_sources name out)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    weft_keep_this_system(sources)
    weft_keep_this_processor(sources)
    if(NOT sources)
        set(sources ${weft_layer_roots}/${name}/${name}_headers_only.cpp)
        file(CONFIGURE OUTPUT ${sources} CONTENT "// This layer has headers only.\n")
    endif()
    set(${out} ${sources} PARENT_SCOPE)
endfunction()
