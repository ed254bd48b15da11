using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Chat.Server.Providers.Guide;

/// <summary>
/// The indexes of the knowledge texts last asked about, so that a text is indexed once and not at every question. Bounded in number and
/// in characters; the least recently used goes first. An index that is evicted while it is being searched is disposed by its last user.
/// </summary>
/// <param name="maxEntries">The most indexes kept.</param>
/// <param name="maxCharacters">The most knowledge kept, in UTF-16 units; one larger text is still served.</param>
internal sealed class KnowledgeIndexCache(int maxEntries = 32, int maxCharacters = 2_000_000) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _characters;
    private bool _disposed;

    /// <summary>How many indexes are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>The index of a text, built when it is not there. Two callers with one new text build it once; nobody else waits for them.</summary>
    public Lease Rent(string knowledge)
    {
        var entry = Take(knowledge);
        try
        {
            return new Lease(this, entry, entry.Index.Value);
        }
        catch
        {
            // A Lazy keeps its exception: without this, one failure (out of memory) would be the answer for good.
            Discard(entry);
            throw;
        }
    }

    /// <summary>Disposes every index that is not in use; those in use go with their last lease.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_byUse.Last is { } node)
                Evict(node);
        }
    }

    private Entry Take(string knowledge)
    {
        // 128 of SHA-256's bits: texts of different channels never meet by accident or by design.
        var hash = SHA256.HashData(MemoryMarshal.AsBytes(knowledge.AsSpan()));
        var key = MemoryMarshal.Read<UInt128>(hash);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }
            else
            {
                node = _byUse.AddFirst(new Entry(key, knowledge));
                _entries.Add(key, node);
                _characters += knowledge.Length;
                while (_entries.Count > 1 && (_entries.Count > maxEntries || _characters > maxCharacters))
                    Evict(_byUse.Last!);
            }

            node.Value.Users++;
            return node.Value;
        }
    }

    private void Discard(Entry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(entry.Key, out var node) && node.Value == entry)
                Evict(node);
            Release(entry);
        }
    }

    private void Release(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
            DisposeIfUnused(entry);
        }
    }

    private void Evict(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _characters -= node.Value.Length;
        node.Value.IsEvicted = true;
        DisposeIfUnused(node.Value);
    }

    private static void DisposeIfUnused(Entry entry)
    {
        if (entry is { IsEvicted: true, Users: 0, Index.IsValueCreated: true })
            entry.Index.Value.Dispose();
    }

    /// <summary>The right to search an index until disposed.</summary>
    public readonly struct Lease : IDisposable
    {
        private readonly KnowledgeIndexCache _cache;
        private readonly Entry _entry;

        internal Lease(KnowledgeIndexCache cache, Entry entry, KnowledgeIndex index)
        {
            _cache = cache;
            _entry = entry;
            Index = index;
        }

        /// <summary>The index.</summary>
        public KnowledgeIndex Index { get; }

        /// <summary>Ends the use.</summary>
        public void Dispose() => _cache.Release(_entry);
    }

    internal sealed class Entry(UInt128 key, string knowledge)
    {
        public UInt128 Key { get; } = key;

        public int Length { get; } = knowledge.Length;

        public Lazy<KnowledgeIndex> Index { get; } = new(() => new KnowledgeIndex(knowledge));

        public int Users { get; set; }

        public bool IsEvicted { get; set; }
    }
}
