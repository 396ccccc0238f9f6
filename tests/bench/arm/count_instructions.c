/* SPDX-License-Identifier: MIT */
/* A plugin of qemu-user (-plugin) that prints how many instructions a program with one thread
 * executes. Debian's qemu-user loads plugins but brings neither its own nor their header, so what
 * is needed of version 1 of that interface is declared here, after qemu's "TCG Plugins" manual. */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t PluginId;
typedef struct TranslatedBlock TranslatedBlock; /* qemu's own. */
enum { kInlineAddU64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId id,
                                           void (*callback)(PluginId id, TranslatedBlock* block));
size_t qemu_plugin_tb_n_insns(const TranslatedBlock* block);
void qemu_plugin_register_vcpu_tb_exec_inline(TranslatedBlock* block, int operation, void* counter,
                                              uint64_t add);
void qemu_plugin_register_atexit_cb(PluginId id, void (*callback)(PluginId id, void* data),
                                    void* data);
void qemu_plugin_outs(const char* text);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

static uint64_t executed;

static void translated(PluginId id, TranslatedBlock* block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, kInlineAddU64, &executed,
                                           qemu_plugin_tb_n_insns(block));
}

static void ended(PluginId id, void* data) {
  char line[64];
  (void)id;
  (void)data;
  snprintf(line, sizeof line, "instructions: %" PRIu64 "\n", executed);
  qemu_plugin_outs(line);
}

EXPORT int qemu_plugin_install(PluginId id, const void* info, int argc, char** argv) {
  (void)info;
  (void)argc;
  (void)argv;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
