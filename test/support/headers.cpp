// The owner of the tests' precompiled headers: see ../CMakeLists.txt.
