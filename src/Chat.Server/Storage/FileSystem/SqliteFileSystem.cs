using System.Runtime.InteropServices;

namespace Chat.Server.Storage.FileSystem;

/// <summary>
/// SQLite's interface to the operating system (<c>sqlite3_vfs</c>), with two of its functions replaced: how it sleeps
/// (<see cref="SqliteSleep"/>), and how it writes to the log (<see cref="SqliteLogWrites"/>). A copy of the default one is registered as the
/// default, as SQLite's manual has it for changing a part of one.
/// </summary>
internal static unsafe class SqliteFileSystem
{
    private const string Library = "e_sqlite3";

    /// <summary>Replaces it for all connections that are opened from now on. To be called once.</summary>
    public static void Replace()
    {
        // On Windows, SQLite sleeps by the millisecond, and its files are another matter.
        if (OperatingSystem.IsWindows())
            return;
        // Both live as long as the process, as SQLite keeps their addresses.
        var copy = (Functions*)NativeMemory.Alloc((nuint)sizeof(Functions));
        *copy = *(Functions*)Find(null);
        copy->Name = Marshal.StringToCoTaskMemUTF8("chat");
        copy->Next = 0;
        SqliteSleep.PutInto(ref *copy);
        SqliteLogWrites.PutInto(ref *copy);
        _ = Register((nint)copy, makeDefault: 1);
    }

    [DllImport(Library, EntryPoint = "sqlite3_vfs_find", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    internal static extern nint Find([MarshalAs(UnmanagedType.LPUTF8Str)] string? name);

    [DllImport(Library, EntryPoint = "sqlite3_vfs_register", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int Register(nint fileSystem, int makeDefault);

    // sqlite3_vfs, as sqlite3.h has it.
    [StructLayout(LayoutKind.Sequential)]
    internal struct Functions
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
