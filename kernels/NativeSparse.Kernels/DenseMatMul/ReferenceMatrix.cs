namespace NativeSparse.Kernels;

/// <summary>Weights <c>[K, N]</c> in plain row-major order, as float32 values.</summary>
internal sealed class ReferenceMatrix(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision = Precision.Float32)
    : PackedMatrix(inputWidth, outputWidth, precision)
{
    private float[]? _values = weights.ToArray();

    public override string Version => ReferenceBackend.VersionName;

    public override long ByteCount => (long)Values.Length * sizeof(float);

    public ReadOnlySpan<float> Values => _values ?? throw new ObjectDisposedException(nameof(PackedMatrix));

    public override void Unpack(Span<float> destination)
    {
        var values = Values;
        if (destination.Length < values.Length)
        {
            throw new ArgumentException($"expected room for {values.Length} values, got {destination.Length}", nameof(destination));
        }

        values.CopyTo(destination);
    }

    private protected override void Release() => _values = null;
}
