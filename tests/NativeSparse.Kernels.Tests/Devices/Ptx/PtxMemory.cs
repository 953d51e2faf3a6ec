using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NativeSparse.Kernels.Tests;

/// <summary>Pieces of memory far from each other: an access outside them is an error, and so is one that is not aligned.</summary>
internal sealed class PtxMemory
{
    private const int PieceBits = 32;

    private readonly List<byte[]> _pieces = [[]];

    /// <summary>Copies values to a piece of their own, and gives its address.</summary>
    public ulong Add<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        _pieces.Add(MemoryMarshal.AsBytes(values).ToArray());
        return (ulong)(_pieces.Count - 1) << PieceBits;
    }

    public T[] Values<T>(ulong address)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_pieces[(int)(address >> PieceBits)]).ToArray();

    public uint Load(ulong address) => BinaryPrimitives.ReadUInt32LittleEndian(Piece(address));

    public void Store(ulong address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Piece(address), value);

    /// <summary>Refuses an access of so many bytes at an address that is no multiple of them.</summary>
    public static void CheckAlignment(ulong address, int bytes)
    {
        if (address % (ulong)bytes != 0)
        {
            throw new InvalidOperationException($"{bytes} bytes at address {address:x}");
        }
    }

    private Span<byte> Piece(ulong address) => _pieces[(int)(address >> PieceBits)].AsSpan((int)(uint)address, sizeof(uint));
}
