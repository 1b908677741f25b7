# shellcheck shell=sh
# Process 1 of the PC in which a library is restored to disks as heirs have them. At /mnt: this file, `library.py`, what `sha256sum` said of each file
# (`digests`), and the tool. Stock tools make and check the file systems, the kernel's own drivers write them, and `sha256sum` judges. What is found is told
# on the second serial port.
set -eu
export PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8
mount -t tmpfs -o size=90% tmp /tmp
mount -t tmpfs run /run
for module in virtio_blk vfat nls_cp437 nls_utf8 exfat ntfs3 ext4; do
    modprobe "$module"
done
stty -F /dev/ttyS1 raw -echo
cp /mnt/heirloom /tmp/heirloom

# disk_of SERIAL: its node.
disk_of() {
    for block in /sys/block/vd*; do
        if [ "$(cat "$block/serial")" = "$1" ]; then echo "/dev/${block##*/}"; fi
    done
}

# restore_to NAME MOUNT-TYPE CHECK FOLDER MOUNT-OPTIONS: restores the folder of the snapshot, and judges what is there after the disk was away.
restore_to() {
    name=$1 kind=$2 check=$3 only=$4 options=$5
    disk=$(disk_of "$name")
    mkdir "/run/$name"
    mount -t "$kind" -o "$options" "$disk" "/run/$name"
    status=0
    /tmp/heirloom restore --json --only "$only" /run/archive "/run/$name/out" >"/tmp/$name.json" || status=$?
    umount "/run/$name"
    checked=0
    $check "$disk" >/dev/ttyS0 2>&1 || checked=$?
    mount -t "$kind" -o "ro,$options" "$disk" "/run/$name"
    python3 /mnt/library.py judge /mnt/digests "$name" "$only" "/run/$name/out" "/tmp/$name.json" "$status" "$checked" >/dev/ttyS1
    umount "/run/$name"
}

mkdir /run/archive
mount -t ext4 -o ro "$(disk_of archive)" /run/archive

mkfs.fat -F 32 -n HEIRS "$(disk_of fat)"
restore_to fat vfat 'fsck.fat -n' phone/DCIM utf8,tz=UTC
mkfs.exfat -L HEIRS "$(disk_of exfat)"
restore_to exfat exfat 'fsck.exfat -n' phone/DCIM/Odd iocharset=utf8,time_offset=0
mkntfs -Q -F -L HEIRS "$(disk_of ntfs)"
restore_to ntfs ntfs3 true phone/DCIM/Odd iocharset=utf8
mke2fs -q -t ext4 "$(disk_of ext4)"
restore_to ext4 ext4 'e2fsck -fn' phone/DCIM/Odd errors=remount-ro

echo '@job {"end": true}' >/dev/ttyS1
echo o >/proc/sysrq-trigger
while :; do sleep 60; done
