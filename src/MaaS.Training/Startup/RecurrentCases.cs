using static TorchSharp.torch;

namespace MaaS.Training.Startup;

/// <summary>LSTM and GRU; oneDNN runs the LSTM where no gradient is asked for.</summary>
internal static class RecurrentCases
{
    private static readonly string[] AllResults =
    [
        "output", "input gradient", "input weight gradient", "hidden weight gradient", "input bias gradient",
        "hidden bias gradient",
    ];

    private const int Steps = 5, Batch = 2, WeightsOfLayer = 4;

    /// <summary>Outputs under no_grad.</summary>
    public static IReadOnlyList<OperatorCase> WithoutGradient { get; } =
        [Case(lstm: true, 3, 4, false), Case(lstm: true, 16, 20, false), Case(lstm: false, 3, 4, false)];

    /// <summary>Outputs and the gradients of input and weights.</summary>
    public static IReadOnlyList<OperatorCase> WithGradient { get; } =
        [Case(lstm: true, 3, 4, true), Case(lstm: false, 3, 4, true)];

    private static OperatorCase Case(bool lstm, long inputs, long hidden, bool gradient)
    {
        var gates = lstm ? 4 : 3;
        return new OperatorCase(
            $"{(lstm ? "lstm" : "gru")}{(gradient ? "" : " under no_grad")}",
            $"{inputs}→{hidden} features, {Steps} steps, batch {Batch}",
            [
                [Steps, Batch, inputs],
                [gates * hidden, inputs], [gates * hidden, hidden], [gates * hidden], [gates * hidden],
            ],
            t => Run(t, lstm, inputs, hidden, gradient),
            gradient ? AllResults : AllResults[..1]);
    }

    private static Tensor[] Run(Tensor[] t, bool lstm, long inputs, long hidden, bool gradient)
    {
        using nn.Module module = lstm
            ? nn.LSTM(inputs, hidden, device: CPU, dtype: t[0].dtype)
            : nn.GRU(inputs, hidden, device: CPU, dtype: t[0].dtype);
        var weights = module.parameters().ToArray();   // Weights of input and hidden state, then their biases.
        using (no_grad())
        {
            for (var i = 0; i < WeightsOfLayer; i++)
            {
                weights[i].copy_(t[i + 1]);
            }

            if (!gradient)
            {
                return [Forward(module, t[0])];
            }
        }

        t[0].requires_grad = true;
        return Gradients.Of(Forward(module, t[0]), [t[0], .. weights]);
    }

    private static Tensor Forward(nn.Module module, Tensor x)
        => module is TorchSharp.Modules.LSTM lstm ? lstm.call(x).Item1 : ((TorchSharp.Modules.GRU)module).call(x).Item1;
}
