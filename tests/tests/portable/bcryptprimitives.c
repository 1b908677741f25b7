/* Random numbers for programs of Rust under a wine before 9, as Debian 12 has it, which lacks this library of Windows 10. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return RtlGenRandom(data, (ULONG)length);
}
