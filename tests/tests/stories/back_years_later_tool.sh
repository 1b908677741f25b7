disk=$(disk damaged)
mkdir /run/open
mount -t vfat -o ro "$disk"1 /run/open
cp /run/open/heirloom-linux-x86_64 /tmp/heirloom
chmod 755 /tmp/heirloom
umount /run/open
chmod o+r "$disk"
# as_nobody FILE COMMAND...: the tool with these shares, as a user without any rights but to read the disk.
as_nobody() {
    shares=$1 what=$2
    shift 2
    setpriv --reuid=65534 --regid=65534 --clear-groups /tmp/heirloom "$what" --from "$disk" --shares-file "/mnt/$shares" "$@"
}
mkdir /tmp/out
chown 65534:65534 /tmp/out
# One share alone opens nothing, and says how many are needed.
if as_nobody one.txt ls 2>/tmp/said; then exit 1; fi
cat /tmp/said
case $(cat /tmp/said) in
    *'2 are needed, and 1 given.'*) ;;
    *) exit 1 ;;
esac
as_nobody two.txt ls
as_nobody two.txt verify
as_nobody two.txt restore /tmp/out
tell /tmp/out
