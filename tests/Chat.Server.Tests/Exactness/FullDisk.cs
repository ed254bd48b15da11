using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Chat.Server.Tests.Exactness;

/// <summary>
/// A disk without room, for one process alone: the kernel refuses to let any of its files grow, as it refuses when no block
/// is left. Room comes back when this is disposed.
/// </summary>
internal sealed class FullDisk : IDisposable
{
    private const int LargestFile = 1;
    private const ulong Unlimited = ulong.MaxValue;

    // Within the first page: what is appended to the write-ahead log lies beyond it.
    private const ulong NoRoom = 4_096;

    private readonly int _process;

    private FullDisk(int process) => _process = process;

    public static FullDisk Of(ServerProcess server)
    {
        Limit(server.Id, NoRoom);
        return new FullDisk(server.Id);
    }

    public void Dispose() => Limit(_process, Unlimited);

    private static void Limit(int process, ulong bytes)
    {
        var limit = new ResourceLimit { Soft = bytes, Hard = Unlimited };
        if (SetLimit(process, LargestFile, in limit, IntPtr.Zero) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int process, int resource, in ResourceLimit limit, IntPtr former);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}

/// <summary>A fact that needs Linux: reported as skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux can take the room on the disk from one process.";
}
