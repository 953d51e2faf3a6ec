namespace NativeSparse.Calibration;

/// <summary>FFN inputs of one site, collected from runs of the dense model: a random sample of tokens.</summary>
/// <param name="Inputs"><c>[N, D]</c>, the tokens the fits may see.</param>
/// <param name="HeldOut"><c>[M, D]</c>, the tokens no fit sees.</param>
/// <param name="Width">D.</param>
internal sealed record SiteSample(float[] Inputs, float[] HeldOut, int Width)
{
    /// <summary>N.</summary>
    public int Tokens => Inputs.Length / Width;

    /// <summary>M.</summary>
    public int HeldOutTokens => HeldOut.Length / Width;
}
