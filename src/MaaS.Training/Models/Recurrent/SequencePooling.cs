namespace MaaS.Training.Models.Recurrent;

/// <summary>How the outputs of a sequence become one vector. Padding never takes part.</summary>
public enum SequencePooling
{
    /// <summary>The last state of each direction: forwards at the last token, backwards at the first.</summary>
    Last,

    /// <summary>The mean over the tokens.</summary>
    Mean,

    /// <summary>The largest value over the tokens.</summary>
    Max,
}
