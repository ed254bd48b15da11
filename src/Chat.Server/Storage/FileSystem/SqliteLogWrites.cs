using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Chat.Server.Storage.FileSystem;

/// <summary>
/// Lets a commit go to the write-ahead log in few writes. SQLite writes each page of it by two calls of the system, one for the 24 bytes of the
/// frame's header and one for the page: 80 for the commit that a dozen writers share, and for which the next dozen waits.
/// <para>
/// What is held back is held back only while <c>COMMIT</c> runs, under the log's write lock, and is in the file before it has returned: the frames
/// of a transaction follow one another, and the last one's header says that it is the last (SQLite's file format, section 4.1). Only when
/// all of them are written does SQLite tell others, in the log's index, that they are there. So nobody reads what is held, a fault in writing it is
/// the commit's own, and a process that ends in between leaves what one that ended between two of SQLite's own writes would: frames without a last one, or one whose checksum is not its page's.
/// </para>
/// </summary>
internal static unsafe class SqliteLogWrites
{
    private const int LogFlag = 0x80000, FrameHeader = 24;

    // The most that SQLite's own function writes at once.
    private const int MostTogether = 0x1ffff;

    private static int _ownFileSize;
    private static delegate* unmanaged[Cdecl]<nint, nint, OpenFile*, int, int*, int> _ownOpen;

    [ThreadStatic]
    private static bool _isGathering;

    [ThreadStatic]
    private static Held* _held;

    /// <summary>Replaces how the log is written to.</summary>
    public static void PutInto(ref SqliteFileSystem.Functions functions)
    {
        // What a log's connection holds back stands behind SQLite's own structure of the open file.
        _ownFileSize = functions.FileSize;
        functions.FileSize += sizeof(Held);
        _ownOpen = (delegate* unmanaged[Cdecl]<nint, nint, OpenFile*, int, int*, int>)functions.Open;
        functions.Open = (nint)(delegate* unmanaged[Cdecl]<nint, nint, OpenFile*, int, int*, int>)&Open;
    }

    /// <summary>Until it is disposed of, this thread's frames are gathered. It is to run one <c>COMMIT</c>, and nothing else.</summary>
    public static Gathering Gather()
    {
        _isGathering = true;
        return default;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(nint fileSystem, nint name, OpenFile* file, int flags, int* opened)
    {
        var result = _ownOpen(fileSystem, name, file, flags, opened);
        if (result == 0 && (flags & LogFlag) != 0)
        {
            var held = HeldOf(file);
            *held = new Held { Own = file->Functions, Replaced = *file->Functions };
            held->Replaced.Write = &Write;
            held->Replaced.Close = &Close;
            file->Functions = &held->Replaced;
        }

        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(OpenFile* file)
    {
        var held = HeldOf(file);
        NativeMemory.Free(held->Bytes);
        held->Bytes = null;
        return held->Own->Close(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(OpenFile* file, byte* bytes, int count, long offset)
    {
        var held = HeldOf(file);
        // A transaction that outgrows its cache writes frames before it is committed, and may never be.
        if (!_isGathering)
            return held->Own->Write(file, bytes, count, offset);
        if (held->Count > 0 && (offset != held->Offset + held->Count || held->Count + count > MostTogether))
        {
            var result = WriteHeld(file, held);
            if (result != 0)
                return result;
        }

        var isHeader = count == FrameHeader;
        // The page of a header that has just been written, or one that the transaction has written before; or the log's own header.
        if (!isHeader && held->Count == 0)
            return held->Own->Write(file, bytes, count, offset);
        Hold(held, bytes, count, offset);
        // The last frame's page ends it. What comes behind is written at once: frames that fill a sector of the disk, which is then waited for, and
        // headers that are written anew as a transaction has changed frames that it had written before.
        if (held->IsEnding)
            return WriteHeld(file, held);
        held->IsEnding = isHeader && IsLast(bytes);
        return 0;
    }

    private static void Hold(Held* held, byte* bytes, int count, long offset)
    {
        if (held->Bytes is null)
            held->Bytes = (byte*)NativeMemory.Alloc(MostTogether);
        if (held->Count == 0)
            held->Offset = offset;
        Buffer.MemoryCopy(bytes, held->Bytes + held->Count, MostTogether - held->Count, count);
        held->Count += count;
        _held = held;
    }

    private static int WriteHeld(OpenFile* file, Held* held)
    {
        var count = held->Count;
        held->Count = 0;
        return held->Own->Write(file, held->Bytes, count, held->Offset);
    }

    // The size of the database after the transaction, in pages; 0 in all headers but the last.
    private static bool IsLast(byte* header) => *(uint*)(header + 4) != 0;

    private static Held* HeldOf(OpenFile* file) => (Held*)((byte*)file + _ownFileSize);

    /// <summary>One commit's gathering. A commit that failed in between leaves nothing: what was held of it is forgotten.</summary>
    internal readonly ref struct Gathering : IDisposable
    {
        /// <inheritdoc />
        public void Dispose()
        {
            _isGathering = false;
            if (_held is not null)
                (_held->Count, _held->IsEnding) = (0, false);
            _held = null;
        }
    }

    private struct Held
    {
        public FileFunctions* Own;
        public FileFunctions Replaced;
        public byte* Bytes;
        public long Offset;
        public int Count;
        public bool IsEnding;
    }

    // sqlite3_file and sqlite3_io_methods, as sqlite3.h has them.
    private struct OpenFile
    {
        public FileFunctions* Functions;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FileFunctions
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<OpenFile*, int> Close;
        public nint Read;
        public delegate* unmanaged[Cdecl]<OpenFile*, byte*, int, long, int> Write;
        public nint Truncate;
        public nint Sync;
        public nint FileSize;
        public nint Lock;
        public nint Unlock;
        public nint CheckReservedLock;
        public nint FileControl;
        public nint SectorSize;
        public nint DeviceCharacteristics;
        public nint ShmMap;
        public nint ShmLock;
        public nint ShmBarrier;
        public nint ShmUnmap;
        public nint Fetch;
        public nint Unfetch;
    }
}
