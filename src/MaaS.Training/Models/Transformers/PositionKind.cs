namespace MaaS.Training.Models.Transformers;

/// <summary>How a Transformer knows the order of its inputs.</summary>
public enum PositionKind
{
    /// <summary>A learned vector for each position, added to the token: <see cref="LearnedPositions"/>.</summary>
    Learned,

    /// <summary>Sines and cosines, added to the token: <see cref="SinusoidalPositions"/>.</summary>
    Sinusoidal,

    /// <summary>Queries and keys turned by their position: <see cref="RotaryPositions"/>.</summary>
    Rotary,
}
