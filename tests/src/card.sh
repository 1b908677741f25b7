# shellcheck shell=sh
# Process 1 of the PC in which cards and disks are filled. At /mnt: this file, and for each file system a folder with what goes onto it.
# Stock tools make the file systems, and the kernel's own drivers write the files. The end is told on the second serial port, with one
# disk still mounted: the power is cut then.
set -eu
export PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
for module in virtio_blk vfat exfat ntfs3 hfsplus ext4; do
    modprobe "$module"
done
stty -F /dev/ttyS1 raw -echo

# disk_of SERIAL: its node.
disk_of() {
    for block in /sys/block/vd*; do
        if [ "$(cat "$block/serial")" = "$1" ]; then echo "/dev/${block##*/}"; fi
    done
}

# fill FOLDER DEVICE MOUNT-OPTIONS...: the files with their times, and nothing left to be written.
fill() {
    folder=$1 device=$2
    shift 2
    mkdir "/run/$folder"
    mount "$@" "$device" "/run/$folder"
    cp -r --preserve=timestamps "/mnt/$folder/." "/run/$folder"
    umount "/run/$folder"
}

# No package makes an empty HFS+; xorriso writes one with files beside the ISO 9660 of a disc, for Macs to start from.
xorriso -as mkisofs -quiet -input-charset UTF-8 -hfsplus -V MAC -o /tmp/mac.iso /mnt/hfsplus
python3 - /tmp/mac.iso /tmp/mac <<'PYTHON'
import struct, sys
disc = open(sys.argv[1], "rb").read()
# The Apple partition map: its blocks begin with PM, the partition's first block, its length, its name and its kind.
block_bytes = struct.unpack_from(">H", disc, 2)[0]
entries = [disc[at:at + block_bytes] for at in range(block_bytes, 64 * block_bytes, block_bytes)]
[entry] = [entry for entry in entries if entry[:2] == b"PM" and entry[48:].startswith(b"Apple_HFS")]
first, count = struct.unpack_from(">II", entry, 8)
with open(sys.argv[2], "wb") as partition:
    partition.write(disc[first * block_bytes:(first + count) * block_bytes])
PYTHON

card=$(disk_of card)
# The copy of an HFS+ header has to be at its partition's end.
sfdisk --quiet "$card" <<TABLE
label: dos
start=2048, size=131072, type=c
size=65536, type=7
size=65536, type=7
size=$(($(stat -c %s /tmp/mac) / 512)), type=af
TABLE
mkfs.vfat -F 32 -n EOS_DIGITAL -i 1a2b3c4d "${card}1"
fill fat "${card}1" -t vfat -o utf8,tz=UTC
mkfs.exfat -L Ausflug "${card}2"
fill exfat "${card}2" -t exfat -o iocharset=utf8,time_offset=0,keep_last_dots
mkntfs --fast --quiet --label Backup "${card}3"
fill ntfs "${card}3" -t ntfs3 -o iocharset=utf8
cat /tmp/mac >"${card}4"

old=$(disk_of old)
mke2fs -q -F -t ext4 -L 'Old disk' "$old"
fill ext4 "$old" -t ext4
sync
# In the journal, and not in its place yet.
mount -t ext4 "$old" /run/ext4
cp --preserve=timestamps /mnt/late.jpg /run/ext4/late.jpg
sync /run/ext4/late.jpg /run/ext4
echo '@job {"end": true}' >/dev/ttyS1
while :; do sleep 60; done
