namespace MaaS.Training.Models.Recurrent;

/// <summary>The cell of a recurrent network.</summary>
public enum RecurrentKind
{
    /// <summary>Elman network with tanh.</summary>
    Rnn,

    /// <summary>Long short-term memory (Hochreiter, Schmidhuber 1997).</summary>
    Lstm,

    /// <summary>Gated recurrent unit (Cho et al. 2014).</summary>
    Gru,
}
