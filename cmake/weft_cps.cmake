# SPDX-License-Identifier: MIT
# Files of the Common Package Specification, made from what weft_describe() stores: weft.cps for
# weft::weft and its layers, and weft-<component>.cps for each other component. The pkg-config files
# are divided in the same way.
# The files are not in lib/cps: CMake 4.3 and later would prefer them there to Weft's own package
# files, which check what a component needs.

set(weft_cps_dir ${CMAKE_INSTALL_LIBDIR}/weft/cps)
set(weft_cps_made ${PROJECT_BINARY_DIR}/cps)
get_property(weft_many_configs GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(weft_many_configs) # each may have its own names of libraries
    string(APPEND weft_cps_made /$<CONFIG>)
endif()

# Appends the component `name`, which OF_* describes, to the text `out` of a file.
function(weft_cps_component name out)
    set(target weft_${name})
    if(name STREQUAL "weft")
        set(target weft_all)
    endif()
    get_target_property(kind ${target} TYPE)
    set(type interface)
    set(location "")
    if(NOT kind STREQUAL "INTERFACE_LIBRARY")
        set(type archive)
        if(kind STREQUAL "SHARED_LIBRARY")
            set(type dylib)
        endif()
        set(location "@prefix@/${CMAKE_INSTALL_LIBDIR}/$<TARGET_FILE_NAME:${target}>")
        set(location "\n            \"location\": \"${location}\",")
    endif()
    set(requires "")
    foreach(left IN LISTS OF_DEPENDS)
        if(left IN_LIST weft_optional)
            list(APPEND requires "\"weft-${left}:${left}\"")
        elseif(name IN_LIST weft_optional)
            list(APPEND requires "\"weft:${left}\"")
        else()
            list(APPEND requires "\":${left}\"")
        endif()
    endforeach()
    weft_cps_library(library)
    foreach(one IN LISTS library)
        list(APPEND requires "\"${one}\"")
    endforeach()
    list(JOIN requires ", " requires)
    set(features "")
    if(OF_THREADS)
        set(features "\n            \"link_features\": [\"threads\"],")
    endif()
    set(includes "\"@prefix@/${CMAKE_INSTALL_INCLUDEDIR}\"")
    if(OF_INCLUDE)
        string(APPEND includes ", \"@prefix@/${CMAKE_INSTALL_INCLUDEDIR}/${OF_INCLUDE}\"")
    endif()
    set(${out} "${${out}}        \"${name}\": {
            \"type\": \"${type}\",
            \"description\": \"${description}\",${location}
            \"includes\": [${includes}],
            \"compile_features\": [\"c++20\"],${features}
            \"requires\": [${requires}]
        },
" PARENT_SCOPE)
endfunction()

# Sets `out` to the components of other packages that the component of OF_* needs, each as
# "package:component".
function(weft_cps_library out)
    set(library "")
    if(OF_LIBRARY MATCHES "^PkgConfig::")
        set(library "${OF_PACKAGE}:${OF_PACKAGE}")
    elseif(OF_LIBRARY)
        string(REPLACE "::" ":" library "${OF_LIBRARY}")
    endif()
    set(${out} "${library}" PARENT_SCOPE)
endfunction()

# Writes and installs the file of package `name` from the texts of its components.
function(weft_cps_file name default installed_with components needed)
    string(REGEX REPLACE ",\n$" "" components "${components}")
    list(REMOVE_DUPLICATES needed)
    list(TRANSFORM needed REPLACE "(.+)" "        \"\\1\": {}")
    set(this_version "{\"version\": \"${PROJECT_VERSION}\"}")
    string(REPLACE "\"weft\": {}" "\"weft\": ${this_version}" needed "${needed}")
    list(JOIN needed ",\n" needed)
    if(needed)
        set(needed "\n${needed}\n    ")
    endif()
    file(GENERATE OUTPUT ${weft_cps_made}/${name}.cps CONTENT "{
    \"cps_version\": \"0.13.0\",
    \"name\": \"${name}\",
    \"description\": \"${PROJECT_DESCRIPTION}\",
    \"license\": \"MIT\",
    \"version\": \"${PROJECT_VERSION}\",
    \"version_schema\": \"simple\",
    \"compat_version\": \"${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}.0\",
    \"cps_path\": \"@prefix@/${weft_cps_dir}\",
    \"requires\": {${needed}},
    \"default_components\": [\"${default}\"],
    \"components\": {
${components}
    }
}
")
    install(FILES ${weft_cps_made}/${name}.cps DESTINATION ${weft_cps_dir}
        COMPONENT ${installed_with}_development)
endfunction()

# Appends to `out` the packages that the component of OF_* needs.
function(weft_cps_packages name out)
    weft_cps_library(libraries)
    list(TRANSFORM libraries REPLACE ":.*" "")
    if(name IN_LIST weft_optional)
        foreach(left IN LISTS OF_DEPENDS)
            if(left IN_LIST weft_optional)
                list(APPEND libraries weft-${left})
            else()
                list(APPEND libraries weft)
            endif()
        endforeach()
    endif()
    set(${out} ${${out}} ${libraries} PARENT_SCOPE)
endfunction()

set(weft_cps_own "")
set(weft_cps_own_needs "")
foreach(name weft ${weft_own_layers})
    weft_read_description(${name})
    weft_cps_component(${name} weft_cps_own)
    weft_cps_packages(${name} weft_cps_own_needs)
endforeach()
weft_cps_file(weft weft weft "${weft_cps_own}" "${weft_cps_own_needs}")
foreach(name IN LISTS weft_optional)
    set(weft_cps_one "")
    set(weft_cps_one_needs "")
    weft_read_description(${name})
    weft_cps_component(${name} weft_cps_one)
    weft_cps_packages(${name} weft_cps_one_needs)
    weft_cps_file(weft-${name} ${name} weft_${name} "${weft_cps_one}" "${weft_cps_one_needs}")
endforeach()
