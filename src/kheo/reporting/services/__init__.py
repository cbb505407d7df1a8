"""Every change to a report, one public function per thing people can do."""
