# shellcheck shell=sh
# Process 1 of a PC of stock programs that looks at disks. At /mnt: this file, `files.py`, and what the story put beside them.
export PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8
mount -t tmpfs tmp /tmp
chmod 1777 /tmp
mount -t tmpfs run /run
for module in virtio_blk vfat nls_cp437 nls_iso8859-1 nls_ascii nls_utf8 exfat ntfs3 ext4 dm_mod dm_crypt; do
    modprobe "$module"
done
stty -F /dev/ttyS1 raw -echo

# disk SERIAL: its node.
disk() {
    for block in /sys/block/vd*; do
        if [ "$(cat "$block/serial")" = "$1" ]; then echo "/dev/${block##*/}"; fi
    done
}

# tell FOLDER: which files are in it.
tell() {
    python3 /mnt/files.py "$1" >/dev/ttyS1
}

look() {
    set -eux
