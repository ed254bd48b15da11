using BenchmarkDotNet.Attributes;
using Chat.Server.Rendering;

namespace Chat.Benchmarks;

/// <summary>What it costs to render a typical reply: whole, and in pieces of 20 characters as it arrives, without and with drafts.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class RenderBenchmark
{
    private const int PieceLength = 20;

    private const string Reply = """
        ## Returning an item

        You can return **any item** within *30 days* of delivery, as long as it is complete. See [our policy](https://shop.example/returns) for
        what "complete" means.

        1. Print the label from your [account](https://shop.example/account).
        2. Pack the item:
           - in its own box, if you still have it
           - with the receipt
        3. Drop it off at any of the 1,200 shops that take parcels.

        We refund you within `5` working days after the parcel has reached us, the way you paid.

        | Paid by | Refund | Days |
        |:--------|:------:|-----:|
        | Card | to the card | 3 |
        | Invoice | by transfer | 5 |
        | Voucher | as a voucher | **1** |

        If you have many orders, our interface can do it for you:

        ```python
        import requests

        def return_order(order: str, reason: str) -> str:
            answer = requests.post(
                f"https://api.shop.example/orders/{order}/returns",
                json={"reason": reason, "label": True},
                timeout=10,
            )
            answer.raise_for_status()
            return answer.json()["label_url"]

        print(return_order("A-1001", "too small"))
        ```

        > **Note:** opened software, and food & drink, cannot be returned. That is the law < not our choice >.

        Some things are different for large items. They are collected at your door, on a day that you choose, between 8:00 and 18:00. Nobody
        has to carry anything: two people come, and take the packaging with them. The collection is free of charge when the item is broken,
        and costs 29 EUR otherwise.

        A collection can be moved to another day until noon of the day before, in your account or by telephone. When nobody is at home, the two
        people leave a card and try again on the next working day; after the second time the order counts as kept.

        ### Anything else?

        - To change an order that has not left yet, write to <orders@shop.example>.
        - To ask where a parcel is, have its number at hand, for example `00340434161094042557`.
        - For an invoice, see https://shop.example/invoices or ask me here.

        Have a good day, and tell me if I can help with *anything else*: a size, a colour, or the right gift for somebody who has it all.
        """;

    private string _text = "";
    private string[] _pieces = [];

    /// <summary>Characters of the reply.</summary>
    [Params(300, 700, 1_500, 2_000)]
    public int Length { get; set; }

    /// <summary>Cuts the reply to its length.</summary>
    [GlobalSetup]
    public void Cut()
    {
        _text = Reply[..Length];
        _pieces = [.. _text.Chunk(PieceLength).Select(piece => new string(piece))];
    }

    /// <summary>The whole reply at once.</summary>
    [Benchmark]
    public string Whole() => SafeMarkdown.ToHtml(_text);

    /// <summary>As it arrives: after every piece what has become certain.</summary>
    [Benchmark]
    public int InPieces()
    {
        var markdown = new IncrementalMarkdown();
        var length = 0;
        foreach (var piece in _pieces)
        {
            markdown.Append(piece);
            length += markdown.TakeFinal().Count;
        }

        return length + markdown.Complete().Count;
    }

    /// <summary>As it arrives, with a draft whenever the open text has grown by 15 %.</summary>
    [Benchmark]
    public int InPiecesWithDrafts()
    {
        var markdown = new IncrementalMarkdown();
        var length = 0;
        var drafted = 0;
        foreach (var piece in _pieces)
        {
            markdown.Append(piece);
            if (markdown.TakeFinal().Count > 0)
                drafted = 0;
            if (markdown.OpenLength < drafted * 1.15)
                continue;
            length += markdown.Draft().Html.Length;
            drafted = markdown.OpenLength;
        }

        return length + markdown.Complete().Count;
    }
}
