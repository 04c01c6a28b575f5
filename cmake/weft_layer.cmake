# SPDX-License-Identifier: MIT
# What a layer is: a library with an include root of its own, so that only headers along the
# declared link edges can be found and a wrong include fails to build.

# Declares layer `name` from include/weft/<name> and src/<name>:
#   weft_layer(name [DEPENDS layer...] [LIBRARIES imported target...]
#       [PKG_CONFIG "module >= version"] [INCLUDE folder] [RUNTIME])
# INCLUDE names a folder of include/ whose headers users find without "weft/". RUNTIME is for a
# layer whose users are not written in C++: its .pc file names the runtime library of C++.
# Targets: weft_<name> (alias weft::<name>), and weft_<name>_private, which shows the private
# headers of this layer and of those it depends on to its own sources and to its unit tests.
function(weft_layer name)
    cmake_parse_arguments(LAYER "RUNTIME" "PKG_CONFIG;INCLUDE" "DEPENDS;LIBRARIES" ${ARGN})
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
        set_property(GLOBAL APPEND PROPERTY weft_include_folders ${LAYER_INCLUDE})
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
    weft_describe(${name} "the layer ${name}" DEPENDS ${LAYER_DEPENDS} LIBRARY ${library}
        PKG_CONFIG ${LAYER_PKG_CONFIG} INCLUDE ${LAYER_INCLUDE} ${threads})
endfunction()

# Gives each function and each variable of `target` a section of its own, so that a program that is
# linked with -Wl,--gc-sections contains only those that it uses.
function(weft_let_linker_drop target)
    if(NOT MSVC)
        target_compile_options(${target} PRIVATE
            "$<$<NOT:$<CONFIG:Debug>>:-ffunction-sections;-fdata-sections>")
    endif()
endfunction()

# Shared libraries (BUILD_SHARED_LIBS) find each other in the folder where they were installed, also
# if it is moved. Before version 1.0 each minor version is an interface of its own.
function(weft_set_version target)
    set_target_properties(${target} PROPERTIES
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
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
