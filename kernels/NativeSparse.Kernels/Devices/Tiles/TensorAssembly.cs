namespace NativeSparse.Kernels;

/// <summary>
/// Assembly text that both formats of tensor cores share. Numbers in it follow <see cref="TensorTile"/>; the one shared allocation of a kernel is
/// <c>__shared_alloca0</c> to ILGPU.
/// </summary>
internal static class TensorAssembly
{
    /// <summary>Address registers of a store: <c>at</c> is the place that operand 0 gives.</summary>
    public const string Place = "\t.reg .u32 at;\n\tmov.u32 at, __shared_alloca0;\n\tadd.u32 at, at, %0;\n";

    public const string Clear = """

            mov.b32 sum0, 0; mov.b32 sum1, 0; mov.b32 sum2, 0; mov.b32 sum3, 0;
            mov.b32 sum4, 0; mov.b32 sum5, 0; mov.b32 sum6, 0; mov.b32 sum7, 0;
            mov.b32 sum8, 0; mov.b32 sum9, 0; mov.b32 sum10, 0; mov.b32 sum11, 0;
            mov.b32 sum12, 0; mov.b32 sum13, 0; mov.b32 sum14, 0; mov.b32 sum15, 0;
            mov.b32 sum16, 0; mov.b32 sum17, 0; mov.b32 sum18, 0; mov.b32 sum19, 0;
            mov.b32 sum20, 0; mov.b32 sum21, 0; mov.b32 sum22, 0; mov.b32 sum23, 0;
            mov.b32 sum24, 0; mov.b32 sum25, 0; mov.b32 sum26, 0; mov.b32 sum27, 0;
            mov.b32 sum28, 0; mov.b32 sum29, 0; mov.b32 sum30, 0; mov.b32 sum31, 0;
        """;

    /// <summary>Addresses of a lane's rows and columns, and registers for the words of one half of a step.</summary>
    public const string Begin = """
            .reg .u32 row, column;
            .reg .b32 a<8>, b<8>;
            mov.u32 row, __shared_alloca0;
            add.u32 column, row, %1;
            add.u32 row, row, %0;

        """;

    /// <summary>The first half of a step: 32 rows, 32 columns, 8 words.</summary>
    public const string LoadFirst = """
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a0, a1, a2, a3}, [row];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a4, a5, a6, a7}, [row+1280];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b0, b1, b2, b3}, [column];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b4, b5, b6, b7}, [column+1280];

        """;

    public const string LoadSecond = """
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a0, a1, a2, a3}, [row+32];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {a4, a5, a6, a7}, [row+1312];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b0, b1, b2, b3}, [column+32];
            ldmatrix.sync.aligned.m8n8.x4.shared.b16 {b4, b5, b6, b7}, [column+1312];

        """;

    /// <summary>Sums, 16 rows, 8 columns, sums.</summary>
    public const string Product00 = " {sum0, sum1, sum2, sum3}, {a0, a1, a2, a3}, {b0, b1}, {sum0, sum1, sum2, sum3};\n";

    public const string Product01 = " {sum4, sum5, sum6, sum7}, {a0, a1, a2, a3}, {b2, b3}, {sum4, sum5, sum6, sum7};\n";

    public const string Product02 = " {sum8, sum9, sum10, sum11}, {a0, a1, a2, a3}, {b4, b5}, {sum8, sum9, sum10, sum11};\n";

    public const string Product03 = " {sum12, sum13, sum14, sum15}, {a0, a1, a2, a3}, {b6, b7}, {sum12, sum13, sum14, sum15};\n";

    public const string Product10 = " {sum16, sum17, sum18, sum19}, {a4, a5, a6, a7}, {b0, b1}, {sum16, sum17, sum18, sum19};\n";

    public const string Product11 = " {sum20, sum21, sum22, sum23}, {a4, a5, a6, a7}, {b2, b3}, {sum20, sum21, sum22, sum23};\n";

    public const string Product12 = " {sum24, sum25, sum26, sum27}, {a4, a5, a6, a7}, {b4, b5}, {sum24, sum25, sum26, sum27};\n";

    public const string Product13 = " {sum28, sum29, sum30, sum31}, {a4, a5, a6, a7}, {b6, b7}, {sum28, sum29, sum30, sum31};\n";

    /// <summary>Where the sums of 16 rows by 8 columns lie in a warp's part of the tile.</summary>
    public const string StoreSums = "{\n" + Place + """

            st.shared.b32 [at+0], sum0; st.shared.b32 [at+16], sum1; st.shared.b32 [at+4128], sum2; st.shared.b32 [at+4144], sum3;
            st.shared.b32 [at+128], sum4; st.shared.b32 [at+144], sum5; st.shared.b32 [at+4256], sum6; st.shared.b32 [at+4272], sum7;
            st.shared.b32 [at+256], sum8; st.shared.b32 [at+272], sum9; st.shared.b32 [at+4384], sum10; st.shared.b32 [at+4400], sum11;
            st.shared.b32 [at+384], sum12; st.shared.b32 [at+400], sum13; st.shared.b32 [at+4512], sum14; st.shared.b32 [at+4528], sum15;
            st.shared.b32 [at+8256], sum16; st.shared.b32 [at+8272], sum17; st.shared.b32 [at+12384], sum18; st.shared.b32 [at+12400], sum19;
            st.shared.b32 [at+8384], sum20; st.shared.b32 [at+8400], sum21; st.shared.b32 [at+12512], sum22; st.shared.b32 [at+12528], sum23;
            st.shared.b32 [at+8512], sum24; st.shared.b32 [at+8528], sum25; st.shared.b32 [at+12640], sum26; st.shared.b32 [at+12656], sum27;
            st.shared.b32 [at+8640], sum28; st.shared.b32 [at+8656], sum29; st.shared.b32 [at+12768], sum30; st.shared.b32 [at+12784], sum31;
        }
        """;
}
