}

# In a shell of its own, whose end is not that of process 1; and not in a condition, where a failing command ends nothing.
(look)
status=$?
end=false
[ "$status" != 0 ] || end=true
echo "@job {\"end\": $end}" >/dev/ttyS1
sync
echo o >/proc/sysrq-trigger
while :; do sleep 60; done
