namespace NativeSparse.Kernels;

/// <summary>
/// A row-major matrix in one backend's memory: on the CPU a host pointer, on a device an address there.
/// Does not own the memory; the caller keeps it alive and unmoved while a kernel runs.
/// </summary>
public readonly struct View
{
    private View(nint address, int rows, int columns, int stride, ElementType elementType)
    {
        Address = address;
        Rows = rows;
        Columns = columns;
        Stride = stride;
        ElementType = elementType;
    }

    /// <summary>Address of the first element.</summary>
    public nint Address { get; }

    /// <summary>Number of rows (T for activations).</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from one row to the next, at least <see cref="Columns"/>.</summary>
    public int Stride { get; }

    /// <summary>Element type.</summary>
    public ElementType ElementType { get; }

    /// <summary>True for the default value: an absent operand.</summary>
    public bool IsEmpty => Address == 0;

    /// <summary>Whether it lies in a device's memory. No process has memory at negative addresses.</summary>
    internal bool IsOnDevice => Address < 0;

    /// <summary>A contiguous matrix at an address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public static View Create(nint address, int rows, int columns, ElementType elementType = ElementType.Float32) =>
        Create(address, rows, columns, columns, elementType);

    /// <summary>A matrix at an address whose rows lie <paramref name="stride"/> elements apart.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the stride is below the columns.</exception>
    public static View Create(nint address, int rows, int columns, int stride, ElementType elementType = ElementType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        return new View(address, rows, columns, stride, elementType);
    }

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> of this matrix.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the matrix.</exception>
    public View Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Rows - count);
        return new View(Address + ((nint)start * Stride * sizeof(float)), count, Columns, Stride, ElementType);
    }
}
