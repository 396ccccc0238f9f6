#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# avx512.sh FOLDER TEST [DOCTEST-ARGUMENT...]: runs a static doctest executable on an Ice Lake that
# Bochs emulates, so that the AVX-512 and VNNI kernels run on machines that have neither. Works in
# FOLDER, shows what the test prints, and fails unless the test succeeds and says that the kernels
# named in KERNELS ran. Called by ./dev test-avx512.
#
# Takes about 7 minutes of an idle core, of which booting is 15 seconds.
#
# Bochs emulates a whole computer: this boots Debian's kernel, unpacked and not installed, from a CD
# image whose initial file system holds busybox and the test. (qemu's TCG has no AVX-512.)
set -euo pipefail

readonly WORK=$1
TEST=$(realpath -- "$2")
readonly TEST
shift 2
# The sources whose tests reach the kernels; doctest's -sf.
(($# > 0)) || set -- -sf='*gemm*,*convolution*,*peak*,*quantize*'

# What must have run: a part of a line that the test prints, one each.
readonly KERNELS="
MESSAGE: kernels run:.* avx512
MESSAGE: int8 kernels run:.* vnni"
readonly LIMIT_SECONDS=5400

# Bochs reads MSR_IA32_MISC_ENABLE as 0, from which Linux concludes that there is no ERMS; with FSRM
# but no ERMS its memmove runs off the end. Bochs 2.7 also reports XSAVE areas whose sizes do not
# add up once they are compacted or hold PKU, and then Linux gives AVX-512 up. APERF and MPERF are
# not emulated, each read is an exception. There is no ACPI, no SMP and nobody to attack. A reboot
# is a triple fault (t), at which Bochs ends.
readonly CLEARED=fsrm,xsaves,xsavec,pku,aperfmperf
readonly KERNEL_ARGUMENTS="console=ttyS0,115200 loglevel=1 panic=-1 reboot=t clearcpuid=$CLEARED \
acpi=off nosmp tsc=reliable mitigations=off nokaslr lsm= cryptomgr.notests init_on_alloc=0"

fail() {
  echo "avx512.sh: $*" >&2
  exit 1
}

# The kernel for virtual machines: small, with the serial port built in.
fetch_kernel() {
  local package
  if [[ -r vmlinuz ]]; then return; fi
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [[ -n "$package" ]] || fail "apt knows no linux-image-cloud-amd64; Debian's apt-get update helps"
  rm -rf kernel "$package"_*.deb
  apt-get download -q "$package" >apt.log 2>&1 || fail "apt-get download failed; see $PWD/apt.log"
  dpkg -x "$package"_*.deb kernel
  mv kernel/boot/vmlinuz-* vmlinuz
  rm -rf kernel "$package"_*.deb
}

# make_initrd DOCTEST-ARGUMENT...
make_initrd() {
  rm -rf root
  mkdir -p root/bin root/proc
  cp /bin/busybox root/bin
  cp "$TEST" root/test
  cat >root/init <<END
#!/bin/busybox sh
PATH=/bin
/bin/busybox --install /bin
mount -t proc none /proc
/test --no-colors $(printf '%q ' "$@")
echo "exit status \$?"
sleep 1
reboot -f
END
  chmod +x root/init
  (cd root && find . | cpio --quiet -o -H newc) >iso/initrd
}

# make_disc DOCTEST-ARGUMENT...
make_disc() {
  rm -rf iso
  mkdir iso
  make_initrd "$@"
  cp vmlinuz /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 iso
  cat >iso/isolinux.cfg <<END
default test
label test
  kernel vmlinuz
  append initrd=initrd $KERNEL_ARGUMENTS
END
  xorriso -as mkisofs -quiet -o disc.iso -b isolinux.bin -c boot.cat -no-emul-boot \
    -boot-load-size 4 -boot-info-table iso 2>xorriso.log || fail "see $PWD/xorriso.log"
}

# drain_screen PROCESS: Bochs opens a terminal for its text screen, says which, and would wait there
# once that is full.
drain_screen() {
  local screen=""
  while [[ -z "$screen" ]] && kill -0 "$1" 2>/dev/null; do
    sleep 0.2
    screen=$(sed -n 's/^Bochs connected to screen "\(.*\)"$/\1/p' screen.txt)
  done
  stty -F "$screen" raw -echo && cat "$screen"
}

# Debian's Bochs is built with its debugger: "c" starts the computer, "q" follows when it stops.
run_bochs() {
  cat >bochsrc <<END
cpu: model=corei7_icelake_u, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1
megs: 512
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=serial.txt
display_library: term
log: bochs.log
panic: action=fatal
END
  printf '%s\n' c q >debugger.rc
  : >serial.txt
  # It survives SIGTERM.
  TERM=linux timeout -k 5 "$LIMIT_SECONDS" bochs -q -f bochsrc -rc debugger.rc \
    </dev/null >screen.txt 2>&1 &
  local bochs=$!
  # shellcheck disable=SC2064  # This process, now.
  trap "kill $bochs" EXIT
  drain_screen $bochs >/dev/null 2>&1 &
  tail -f --pid=$bochs serial.txt | sed -u 's/\r$//'
  wait $bochs || true
  trap - EXIT
}

mkdir -p "$WORK"
cd "$WORK"
exec 9>lock
flock -n 9 || fail "another run works in $PWD"
fetch_kernel
make_disc "$@"
run_bochs
grep -q '^exit status' serial.txt || fail "the test did not end; see $PWD/serial.txt and bochs.log"
grep -q '^exit status 0' serial.txt || fail "the test failed"
grep -q 'Status: SUCCESS!' serial.txt || fail "the test reports no success"
while read -r pattern; do
  [[ -z "$pattern" ]] || grep -q "$pattern" serial.txt || fail "no line '$pattern': it did not run"
done <<<"$KERNELS"
