# shellcheck shell=sh
# Process 1 of the PC in which archives are made. At /mnt: this file, the tools, and the phone as it was at the first run and at the
# second. Each tool has a disk to itself, whose serial number is the tool's name. The end is told on the second serial port.
set -eu
export PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
for module in virtio_blk ext4; do
    modprobe "$module"
done
stty -F /dev/ttyS1 raw -echo

# Says on the disk itself, in its last MiB behind the file system, how far the work is; goes past all caches, and makes no flush.
mark() {
    printf '%-511s\n' "$1" >/tmp/mark
    dd if=/tmp/mark of="$disk" bs=512 count=1 seek="$marks" oflag=direct conv=notrunc status=none
}

# find_disk TOOL: its disk, and where on it the marks go.
find_disk() {
    for block in /sys/block/vd*; do
        if [ "$(cat "$block/serial")" = "$1" ]; then break; fi
    done
    disk=/dev/${block##*/}
    marks=$(($(cat "$block/size") - 2048))
    echo 64 >"$block/queue/max_sectors_kb" # more and smaller writes are more that can be lost by themselves
}

# make_archive TOOL OPTIONS COMMAND...: mounted with these options, the first run and the second, and the mark after each as soon as
# the tool says that it is done.
make_archive() {
    tool=$1 options=$2
    shift 2
    mkdir "/run/$tool"
    mount -t ext4 -o "$options" "$disk" "/run/$tool"
    for run in first second; do
        rm -rf /tmp/phone
        cp -a "/mnt/$run/phone" /tmp/phone
        "$@" archive --name phone /tmp/phone "/run/$tool/archive"
        mark "$run"
        echo "@job {\"tool\": \"$tool\", \"done\": \"$run\"}" >/dev/ttyS1
    done
    umount "/run/$tool"
}

find_disk heirloom
cp /mnt/heirloom /tmp/heirloom
make_archive heirloom errors=remount-ro,barrier=1 /tmp/heirloom # mounted as in the appliance

# Here the kernel writes nothing of its own accord, so that luck has no part in what carelessness loses.
find_disk careless
echo 90 >"$block/bdi/min_ratio"
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
make_archive careless commit=600 sh /mnt/careless.sh

echo '@job {"end": true}' >/dev/ttyS1
sync
echo o >/proc/sysrq-trigger
while :; do sleep 60; done
