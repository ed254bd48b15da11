using System.Runtime.InteropServices;
using Chat.Server.Storage.FileSystem;

namespace Chat.Server.Tests.Storage;

/// <summary>How long SQLite sleeps when it means to wait for a moment: it says so itself.</summary>
public sealed class SqliteSleepTests
{
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
        var unix = SqliteFileSystem.Find("unix");
        var sleep = Marshal.GetDelegateForFunctionPointer<Sleeping>(Marshal.PtrToStructure<SqliteFileSystem.Functions>(unix).Sleep);
        Assert.Equal(1_000_000, sleep(unix, 1));
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Sleeping(nint fileSystem, int microseconds);

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_sleep", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int SleepMilliseconds(int milliseconds);
}
