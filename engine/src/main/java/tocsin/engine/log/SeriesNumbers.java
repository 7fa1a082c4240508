package tocsin.engine.log;

import tocsin.signal.Series;

/** The series of one segment by their number there. */
interface SeriesNumbers {
    Series series(int number) throws CorruptRecordException;
}
