using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>What keeps all its sizes by design: recurrent layers.</summary>
internal sealed class FixedRule : IChannelRule
{
    public IEnumerable<string> Operators { get; } =
        ["lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"];

    public void Apply(ChannelCall call) => Pin(call, "is recurrent and keeps its input and hidden sizes");

    /// <summary>Keeps all channels of all arguments; the results carry none.</summary>
    public static void Pin(ChannelCall call, string why)
    {
        foreach (var tensor in call.AllTensors())
        {
            call.Pin(tensor, why);
        }

        call.Return([.. call.OutputShapes.Select(ChannelTensor.Plain)]);
    }
}
