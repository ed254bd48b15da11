using System.Globalization;

namespace Chat.Benchmarks.Load;

/// <summary>The arms of one run: the control, the yardstick, and what is compared with it.</summary>
internal sealed record LoadArms(Arm Upstream, Arm Forward, IReadOnlyList<Arm> Others)
{
    public const string Chat = "POST /chat";

    public IReadOnlyList<Arm> All => [Upstream, Forward, .. Others];

    public static string History(int messages) => string.Create(CultureInfo.InvariantCulture, $"GET /history, {messages} messages");

    public Arm? Find(string name) => Others.FirstOrDefault(arm => arm.Name == name);

    /// <summary>What stands between adds to the median of the upstream itself, in milliseconds, round by round.</summary>
    public IEnumerable<double> AddedMilliseconds(Arm arm, int connections) =>
        arm.At(connections).Zip(Upstream.At(connections), (own, control) => own.Result.MedianMilliseconds - control.Result.MedianMilliseconds);
}
