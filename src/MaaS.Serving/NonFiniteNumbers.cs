namespace MaaS.Serving;

/// <summary>How numbers that JSON lacks, NaN and the infinities, stand in answers.</summary>
public enum NonFiniteNumbers
{
    /// <summary>
    /// As the bare tokens NaN, Infinity and -Infinity, which Triton and TensorFlow Serving write and Python reads.
    /// </summary>
    Tokens,

    /// <summary>As null, which every JSON reader takes, as KServe's server writes it.</summary>
    Null,

    /// <summary>Not at all: the answer is an error, 422.</summary>
    Error,
}
