namespace NativeSparse.Forms;

/// <summary>The relative L2 error <c>|y - reference| / |reference|</c> over all tokens, added up in double.</summary>
internal struct RelativeError
{
    private double _difference;
    private double _reference;

    /// <summary>The error so far; of a reference that is zero everywhere, the norm of the difference.</summary>
    public readonly double Value => Math.Sqrt(_reference > 0 ? _difference / _reference : _difference);

    /// <summary>The error of one array.</summary>
    public static double Of(ReadOnlySpan<float> reference, ReadOnlySpan<float> y)
    {
        var error = default(RelativeError);
        error.Add(reference, y);
        return error.Value;
    }

    /// <summary>Adds some rows.</summary>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, reference.Length, nameof(y));
        for (var i = 0; i < reference.Length; i++)
        {
            var difference = (double)y[i] - reference[i];
            _difference += difference * difference;
            _reference += (double)reference[i] * reference[i];
        }
    }
}
