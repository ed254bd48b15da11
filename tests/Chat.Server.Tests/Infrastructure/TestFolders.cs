using System.Runtime.CompilerServices;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>
/// A test's database lives for a second, and the file system's work for it is a seventh of the whole run: the folders of the tests, of the
/// services that they start and of their browsers are made in memory, where there is room. Nothing of it has to outlive a power cut.
/// </summary>
internal static class TestFolders
{
    private const string Variable = "TMPDIR";
    private const string Memory = "/dev/shm";
    private const long Enough = 2L << 30;

    [ModuleInitializer]
    internal static void Use()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Variable) is null && Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace >= Enough)
            Environment.SetEnvironmentVariable(Variable, Memory);
    }
}
