using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The register tile of 2:4 products: one to four tokens by two registers of outputs. A token's 4 inputs are broadcast and picked by each output's
/// two places: two multiply-adds for 4 inputs.
/// </summary>
internal static unsafe class TwoOfFourTile<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private static int Panel => 2 * TWidth.Lanes;

    /// <summary>sums[t][n] (+)= the groups' products; the sums of a token are <c>2 Lanes</c> values.</summary>
    /// <param name="x">The inputs of the first token.</param>
    /// <param name="stride">From one token's inputs to the next one's.</param>
    /// <param name="values"><c>[group][2][2 Lanes]</c>.</param>
    /// <param name="positions"><c>[group][2 Lanes]</c>.</param>
    /// <param name="groups">Groups of 4 inputs.</param>
    /// <param name="sums"><c>[TRows][2 Lanes]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(float* x, nint stride, float* values, byte* positions, int groups, float* sums)
        where TRows : struct, IRowCount
    {
        TVector a0 = TWidth.Load(sums), b0 = TWidth.Load(sums + TWidth.Lanes);
        TVector a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
        if (TRows.Count > 1)
        {
            (a1, b1) = (TWidth.Load(sums + Panel), TWidth.Load(sums + Panel + TWidth.Lanes));
        }

        if (TRows.Count > 2)
        {
            (a2, b2) = (TWidth.Load(sums + (2 * Panel)), TWidth.Load(sums + (2 * Panel) + TWidth.Lanes));
            (a3, b3) = (TWidth.Load(sums + (3 * Panel)), TWidth.Load(sums + (3 * Panel) + TWidth.Lanes));
        }

        for (var group = 0; group < groups; group++)
        {
            Add<TRows>(x, stride, values, positions, ref a0, ref a1, ref a2, ref a3);
            Add<TRows>(x, stride, values + TWidth.Lanes, positions + TWidth.Lanes, ref b0, ref b1, ref b2, ref b3);
            x += TwoOfFourWeights.GroupInputs;
            values += 2 * Panel;
            positions += Panel;
        }

        TWidth.Store(a0, sums);
        TWidth.Store(b0, sums + TWidth.Lanes);
        if (TRows.Count > 1)
        {
            TWidth.Store(a1, sums + Panel);
            TWidth.Store(b1, sums + Panel + TWidth.Lanes);
        }

        if (TRows.Count > 2)
        {
            TWidth.Store(a2, sums + (2 * Panel));
            TWidth.Store(b2, sums + (2 * Panel) + TWidth.Lanes);
            TWidth.Store(a3, sums + (3 * Panel));
            TWidth.Store(b3, sums + (3 * Panel) + TWidth.Lanes);
        }
    }

    /// <summary>One token by two neighbouring panels: four chains of sums, so that more of the weights are on their way.</summary>
    /// <param name="x">The token's inputs.</param>
    /// <param name="values">The first panel's; the second panel's lie <paramref name="panelGroups"/> groups behind them.</param>
    /// <param name="positions">Likewise.</param>
    /// <param name="panelGroups">Groups of a panel.</param>
    /// <param name="groups">Groups to be multiplied.</param>
    /// <param name="sums"><c>[2][2 Lanes]</c>, a row for each panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunPair(float* x, float* values, byte* positions, nint panelGroups, int groups, float* sums)
    {
        TVector a0 = TWidth.Load(sums), a1 = TWidth.Load(sums + TWidth.Lanes);
        TVector b0 = TWidth.Load(sums + Panel), b1 = TWidth.Load(sums + Panel + TWidth.Lanes);
        var nextValues = values + (panelGroups * 2 * Panel);
        var nextPositions = positions + (panelGroups * Panel);
        for (var group = 0; group < groups; group++)
        {
            var inputs = TWidth.LoadFour(x);
            Add(inputs, values, positions, ref a0);
            Add(inputs, values + TWidth.Lanes, positions + TWidth.Lanes, ref a1);
            Add(inputs, nextValues, nextPositions, ref b0);
            Add(inputs, nextValues + TWidth.Lanes, nextPositions + TWidth.Lanes, ref b1);
            x += TwoOfFourWeights.GroupInputs;
            values += 2 * Panel;
            positions += Panel;
            nextValues += 2 * Panel;
            nextPositions += Panel;
        }

        TWidth.Store(a0, sums);
        TWidth.Store(a1, sums + TWidth.Lanes);
        TWidth.Store(b0, sums + Panel);
        TWidth.Store(b1, sums + Panel + TWidth.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector inputs, float* values, byte* positions, ref TVector sum)
    {
        var firstPlaces = TWidth.LoadPlaces(positions);
        sum = TWidth.FusedMultiplyAdd(TWidth.Load(values), TWidth.PickOfFour(inputs, firstPlaces), sum);
        sum = TWidth.FusedMultiplyAdd(TWidth.Load(values + Panel), TWidth.PickOfFour(inputs, TWidth.NextPlaces(firstPlaces)), sum);
    }

    /// <summary>One register of outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows>(
        float* x, nint stride, float* values, byte* positions, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
        where TRows : struct, IRowCount
    {
        var (first, second) = (TWidth.Load(values), TWidth.Load(values + Panel));
        var firstPlaces = TWidth.LoadPlaces(positions);
        var secondPlaces = TWidth.NextPlaces(firstPlaces);
        Add(x, first, second, firstPlaces, secondPlaces, ref s0);
        if (TRows.Count > 1)
        {
            Add(x + stride, first, second, firstPlaces, secondPlaces, ref s1);
        }

        if (TRows.Count > 2)
        {
            Add(x + (2 * stride), first, second, firstPlaces, secondPlaces, ref s2);
            Add(x + (3 * stride), first, second, firstPlaces, secondPlaces, ref s3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* x, TVector first, TVector second, TVector firstPlaces, TVector secondPlaces, ref TVector sum)
    {
        var inputs = TWidth.LoadFour(x);
        sum = TWidth.FusedMultiplyAdd(first, TWidth.PickOfFour(inputs, firstPlaces), sum);
        sum = TWidth.FusedMultiplyAdd(second, TWidth.PickOfFour(inputs, secondPlaces), sum);
    }
}
