namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel does beside the sums.</summary>
/// <param name="Epilogue">Raw: int32 sums. Scale: <c>fma(sum * columnScale, rowScale, bias)</c>. Gelu: GELU of that.</param>
/// <param name="HasRowFactors">Whether each row is multiplied with a factor at the end; not where sums stay raw.</param>
/// <param name="IsFetching">Whether weights are asked for ahead: they come from an outer cache or from memory.</param>
/// <param name="IsExpertDown">s8 rows times u8 weights; a raw sum starts with the row's zero, a plain number.</param>
internal readonly record struct AmxFinish(
    TileEpilogue Epilogue, bool HasRowFactors = false, bool IsFetching = false, bool IsExpertDown = false);
