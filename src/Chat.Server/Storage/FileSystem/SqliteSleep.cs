using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Chat.Server.Storage.FileSystem;

/// <summary>
/// Lets SQLite sleep for as long as it means to. The native library is built without <c>usleep</c>: on Unix, each of its waits is then rounded up
/// to a whole second. It waits for a millionth of one where a connection has found a lock of the log's index taken five times in a row, which
/// takes no more than another thread that holds it and is not running at the moment. When the writer slept so, everybody did.
/// </summary>
internal static unsafe class SqliteSleep
{
    // A lock that is held for so short a time is free when its holder has had its turn.
    private const int WorthASleep = 200;

    /// <summary>Replaces it.</summary>
    public static void PutInto(ref SqliteFileSystem.Functions functions) => functions.Sleep = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sleep;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(nint fileSystem, int microseconds)
    {
        if (microseconds < WorthASleep)
            Thread.Yield();
        else
#pragma warning disable RS0030 // What SQLite waits for is another thread of this machine, and it waits on its caller's: no clock of ours has a part in it.
            Thread.Sleep((microseconds + 999) / 1000);
#pragma warning restore RS0030
        return microseconds;
    }
}
