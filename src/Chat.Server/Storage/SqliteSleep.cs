using System.Runtime.InteropServices;

namespace Chat.Server.Storage;

/// <summary>
/// Lets SQLite sleep for as long as it means to. The native library is built without <c>usleep</c>: on Unix, each of its waits is then rounded up
/// to a whole second. It waits for a millionth of one where a connection has found a lock of the log's index taken five times in a row, which
/// takes no more than another thread that holds it and is not running at the moment. When the writer slept so, everybody did.
/// <para>
/// What is replaced is one function of SQLite's interface to the operating system (<c>sqlite3_vfs.xSleep</c>): a copy of the default virtual
/// file system with another sleep is registered as the default, as SQLite's manual has it for changing a part of one.
/// </para>
/// </summary>
internal static class SqliteSleep
{
    private const string Library = "e_sqlite3";

    // A lock that is held for so short a time is free when its holder has had its turn.
    private const int WorthASleep = 200;

    // Kept for as long as the process lives, as SQLite keeps the address.
    private static readonly Sleeping Replacement = Sleep;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int Sleeping(nint fileSystem, int microseconds);

    /// <summary>Replaces it for all connections that are opened from now on. To be called once.</summary>
    public static void Replace()
    {
        // On Windows, SQLite sleeps by the millisecond.
        if (OperatingSystem.IsWindows())
            return;
        var copy = Marshal.PtrToStructure<FileSystem>(Find(null)) with
        {
            Name = Marshal.StringToCoTaskMemUTF8("chat"),
            Next = 0,
            Sleep = Marshal.GetFunctionPointerForDelegate(Replacement),
        };
        var place = Marshal.AllocHGlobal(Marshal.SizeOf<FileSystem>());
        Marshal.StructureToPtr(copy, place, fDeleteOld: false);
        _ = Register(place, makeDefault: 1);
    }

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

    [DllImport(Library, EntryPoint = "sqlite3_vfs_find", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    internal static extern nint Find([MarshalAs(UnmanagedType.LPUTF8Str)] string? name);

    [DllImport(Library, EntryPoint = "sqlite3_vfs_register", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int Register(nint fileSystem, int makeDefault);

    // sqlite3_vfs, as sqlite3.h has it.
    [StructLayout(LayoutKind.Sequential)]
    internal record struct FileSystem
    {
        public int Version;
        public int FileSize;
        public int LongestPath;
        public nint Next;
        public nint Name;
        public nint Data;
        public nint Open;
        public nint Delete;
        public nint Access;
        public nint FullPathname;
        public nint DynamicOpen;
        public nint DynamicError;
        public nint DynamicSymbol;
        public nint DynamicClose;
        public nint Randomness;
        public nint Sleep;
        public nint CurrentTime;
        public nint LastError;
        public nint CurrentTimeInt64;
        public nint SetSystemCall;
        public nint GetSystemCall;
        public nint NextSystemCall;
    }
}
