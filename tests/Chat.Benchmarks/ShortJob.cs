using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Chat.Benchmarks;

/// <summary>How the small benchmarks are run: in this process, for a few seconds each, with medians.</summary>
internal static class ShortJob
{
    /// <summary>Runs and prints all of a class.</summary>
    public static void Run<TBenchmark>() =>
        BenchmarkRunner.Run<TBenchmark>(
            ManualConfig.Create(DefaultConfig.Instance)
                .AddJob(Job.Default.WithWarmupCount(4).WithIterationCount(12).WithIterationTime(TimeInterval.FromMilliseconds(200)).WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumn(StatisticColumn.Median)
                .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "chat-benchmarks"))
                .WithOptions(ConfigOptions.DisableLogFile));
}
