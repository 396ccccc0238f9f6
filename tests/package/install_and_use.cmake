# SPDX-License-Identifier: MIT
# cmake -D BUILD=… -D WORK=… -D COMPILER=… -D TINY_BLOB=… -P install_and_use.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(step)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --component runtime --prefix ${WORK}/prefix)
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/build -G Ninja
     -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_CXX_COMPILER=${COMPILER})
step(${CMAKE_COMMAND} --build ${WORK}/build)
step(${TINY_BLOB} ${WORK}/tiny.bdn)
step(${WORK}/build/consumer ${WORK}/tiny.bdn)
