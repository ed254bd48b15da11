using Chat.Server.Tests.Copying;
using Chat.Server.Tests.Exactness;
using Chat.Server.Tests.Faults;
using Chat.Server.Tests.Storage;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Chat.Server.Tests.Infrastructure.LongestFirst", "Chat.Server.Tests")]

namespace Chat.Server.Tests.Infrastructure;

/// <summary>What takes longest begins first: begun last, it would go on alone when everything else is over.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [ProcessTests.Name, .. new[] { typeof(CopyOfManyRowsTests), typeof(FaultScheduleTests), typeof(SqlServerOutageTests) }.Select(type => $"Test collection for {type.FullName}")];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.IndexOf(Longest, collection.DisplayName) is var place and >= 0 ? place : Longest.Length);
}
