using System.Runtime.InteropServices;

namespace Chat.Server.Tests.Storage;

/// <summary>How long SQLite sleeps when it means to wait for a moment: it says so itself.</summary>
public sealed class SqliteSleepTests
{
    private const string Library = "e_sqlite3";

    // The place of xSleep in sqlite3_vfs (64 bits): three numbers, which take as much as two pointers, and twelve pointers.
    private static readonly int PlaceOfSleep = 14 * nint.Size;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Sleeping(nint fileSystem, int microseconds);

    [Fact]
    public async Task It_sleeps_for_a_millisecond_where_it_means_one()
    {
        using var store = new TemporaryStore();
        await store.MigrateAsync();
        Assert.Equal(1, SleepMilliseconds(1));
    }

    // Where this fails, the native library has learnt to sleep, and the product need not teach it.
    [Fact]
    public void The_control_arm_the_librarys_own_sleep_turns_a_microsecond_into_a_second()
    {
        if (OperatingSystem.IsWindows())
            return;
        var unix = Find("unix");
        var sleep = Marshal.GetDelegateForFunctionPointer<Sleeping>(Marshal.ReadIntPtr(unix, PlaceOfSleep));
        Assert.Equal(1_000_000, sleep(unix, 1));
    }

    [DllImport(Library, EntryPoint = "sqlite3_sleep", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int SleepMilliseconds(int milliseconds);

    [DllImport(Library, EntryPoint = "sqlite3_vfs_find", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern nint Find([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
